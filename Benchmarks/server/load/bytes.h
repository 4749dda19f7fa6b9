// Bytes that grow, and the few rules of Protobuf and gRPC by which requests are made of them.
#pragma once
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
    char *start;
    size_t count, room;
};

// Room for so many more bytes behind those that are there.
static inline char *reserve(struct bytes *bytes, size_t more) {
    if (bytes->count + more > bytes->room) {
        bytes->room = (bytes->count + more) * 2 + 4096;
        bytes->start = realloc(bytes->start, bytes->room);
        if (!bytes->start) abort();
    }
    return bytes->start + bytes->count;
}

static inline void add(struct bytes *bytes, const void *more, size_t count) {
    memcpy(reserve(bytes, count), more, count);
    bytes->count += count;
}

static inline void add_varint(struct bytes *bytes, uint64_t value) {
    char *at = reserve(bytes, 10);
    for (; value >= 128; value >>= 7, bytes->count++) *at++ = (char)(value | 128);
    *at = (char)value;
    bytes->count++;
}

static inline void add_number(struct bytes *bytes, int field, uint64_t value) {
    add_varint(bytes, (uint64_t)field << 3);
    add_varint(bytes, value);
}

static inline void add_field(struct bytes *bytes, int field, const void *value, size_t count) {
    add_varint(bytes, (uint64_t)field << 3 | 2);
    add_varint(bytes, count);
    add(bytes, value, count);
}

static inline void add_text(struct bytes *bytes, int field, const char *text) {
    add_field(bytes, field, text, strlen(text));
}

static inline void add_empty(struct bytes *bytes, int field) { add_field(bytes, field, "", 0); }

static inline void add_message(struct bytes *bytes, int field, const struct bytes *message) {
    add_field(bytes, field, message->start, message->count);
}

// A message as gRPC sends it: not compressed, its length, itself.
static inline void add_frame(struct bytes *bytes, const struct bytes *message) {
    uint32_t length = htobe32((uint32_t)message->count);
    add(bytes, "", 1);
    add(bytes, &length, sizeof length);
    add(bytes, message->start, message->count);
}
