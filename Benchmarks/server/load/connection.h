// A connection of HTTP/2 with places for calls; and a call from its request to its end.
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "work.h"

struct connection;

// A place for one call at a time: an appender, or a reader.
struct call {
    struct connection *connection;
    struct call *next_free;
    int number;
    uint64_t began, recorded, position;
    bool succeeded;
    struct bytes request;
    char path[96];
    size_t sent;
    int32_t stream;
};

struct connection {
    int socket, number, under_way;
    bool waits_to_write, is_event;
    uint64_t position;
    struct call *calls, *free;
    nghttp2_session *session;
    struct bytes output, marks_carried;
    size_t written;
};

static int poll_descriptor;

static bool is_pipeline_over(const struct call *call);
static void follow(struct connection *connection, const uint8_t *bytes, size_t count);
static void take_answers(struct connection *connection, struct call *call, const uint8_t *bytes, size_t count);

static ssize_t give_request(nghttp2_session *session, int32_t stream, uint8_t *into, size_t room, uint32_t *flags,
                            nghttp2_data_source *source, void *context) {
    (void)session, (void)stream, (void)context;
    struct call *call = source->ptr;
    size_t count = call->request.count - call->sent;
    if (count > room) count = room;
    memcpy(into, call->request.start + call->sent, count);
    call->sent += count;
    if (call->sent < call->request.count) return (ssize_t)count;
    call->sent = call->request.count = 0;
    if (work != WORK_V1_PIPELINE || is_pipeline_over(call)) *flags |= NGHTTP2_DATA_FLAG_EOF;
    else if (count == 0) return NGHTTP2_ERR_DEFERRED;
    return (ssize_t)count;
}

static int take_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *bytes, size_t count,
                     void *connection) {
    (void)flags;
    struct call *call = nghttp2_session_get_stream_user_data(session, stream);
    if (!call) return 0;
    if (work == WORK_V1_PIPELINE) take_answers(connection, call, bytes, count);
    else if (work == WORK_WEB_FOLLOW) follow(connection, bytes, count);
    else if (work == WORK_STREAM || work == WORK_ALL || work == WORK_SUBSCRIBE || work == WORK_V1_ALL)
        look_for_marks(&((struct connection *)connection)->marks_carried, (const char *)bytes, count);
    // The answer to an append that was not refused has a message whose first field is number 1.
    else if (work == WORK_V1_APPEND || work == WORK_V1_CONDITION) {
        const uint8_t *at = bytes + 6;
        if (count < 9 || bytes[5] != 0x08) call->succeeded = false, errors++;
        else varint_at(&at), at++, call->position = varint_at(&at);
    } else if (work != WORK_FILL && work != WORK_WEB_APPEND && count > 5 && bytes[5] != 0x0A) call->succeeded = false, errors++;
    return 0;
}

static int take_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_count,
                       const uint8_t *value, size_t count, uint8_t flags, void *connection) {
    (void)flags, (void)connection;
    struct call *call = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (!call) return 0;
    if (name_count == 11 && !memcmp(name, "grpc-status", 11) && !(count == 1 && *value == '0')) {
        call->succeeded = false;
        if (errors++ < 3) fprintf(stderr, "status %.*s\n", (int)count, value);
    }
    if (work == WORK_WEB_APPEND && name_count == 7 && !memcmp(name, ":status", 7) && memcmp(value, "201", 3)) {
        call->succeeded = false;
        if (errors++ < 3) fprintf(stderr, "status %.*s\n", (int)count, value);
    }
    if (work == WORK_WEB_FOLLOW && name_count == 7 && !memcmp(name, ":status", 7) && memcmp(value, "200", 3))
        fail("status %.*s", (int)count, value);
    if (name_count == 12 && !memcmp(name, "grpc-message", 12)) fprintf(stderr, "%.*s\n", (int)count, value);
    return 0;
}

static int end_call(nghttp2_session *session, int32_t stream, uint32_t code, void *context) {
    struct connection *connection = context;
    struct call *call = nghttp2_session_get_stream_user_data(session, stream);
    if (!call) return 0;
    if (code != NGHTTP2_NO_ERROR && call->succeeded) call->succeeded = false, errors++;
    uint64_t time = now();
    if (call->succeeded) {
        call->recorded += (uint64_t)events;
        if (is_measured(time)) {
            calls_done++;
            events_done += (uint64_t)events;
            if (work != WORK_SUBSCRIBE) note_time(time - call->began);
        }
    }
    connection->under_way--;
    call->next_free = connection->free;
    connection->free = call;
    return 0;
}

static nghttp2_nv header(const char *name, const char *value) {
    return (nghttp2_nv){(uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value),
                        NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

static void submit(struct connection *connection, struct call *call, const char *path) {
    const char *kind = work != WORK_WEB_APPEND ? "application/grpc" : events > 1 ? "application/x-ndjson" : "application/json";
    bool follows = work == WORK_WEB_FOLLOW;
    const nghttp2_nv headers[] = {header(":method", follows ? "GET" : "POST"), header(":scheme", "http"), header(":path", path),
                                  header(":authority", "localhost"), header("te", "trailers"),
                                  follows ? header("accept", "text/event-stream") : header("content-type", kind)};
    const nghttp2_data_provider body = {{.ptr = call}, give_request};
    call->sent = 0;
    call->stream = nghttp2_submit_request(connection->session, NULL, headers, sizeof headers / sizeof *headers,
                                          follows ? NULL : &body, call);
    if (call->stream < 0) fail("the request cannot be made");
}

#include "follow.h"
#include "pipeline.h"

static void begin_call(struct connection *connection) {
    struct call *call = connection->free;
    connection->free = call->next_free;
    connection->under_way++;
    issued += (uint64_t)events;
    call->succeeded = true;
    call->began = now();
    stamp_payload(call->began);
    char name[64];
    snprintf(name, sizeof name, "a%llu-%d-%d", (unsigned long long)run, connection->number, call->number);
    const char *path = APPEND;
    switch (work) {
    case WORK_APPEND: make_append(&call->request, name, ANY, 0, events); break;
    case WORK_EXPECT:
        make_append(&call->request, name, call->recorded ? REVISION : NO_STREAM, call->recorded - 1, events);
        break;
    case WORK_FILL:
        make_records(&call->request, &next_stream, streams, events);
        path = APPEND_RECORDS;
        break;
    case WORK_STREAM:
        snprintf(name, sizeof name, "s%llu", (unsigned long long)(random_number() % streams));
        make_read(&call->request, name, 1000);
        path = READ;
        break;
    case WORK_ALL:
        make_read(&call->request, NULL, total);
        path = READ;
        break;
    case WORK_V1_APPEND:
    case WORK_V1_CONDITION:
        make_v1_append(&call->request, name, events, work == WORK_V1_CONDITION ? name : NULL, call->position);
        path = V1 "Append";
        break;
    case WORK_V1_PIPELINE:
        fill_pipeline(call);
        path = V1 "AppendPipelined";
        break;
    case WORK_V1_ALL:
        add(emptied(&call->request), "\0\0\0\0", 5);
        path = V1 "Read";
        break;
    case WORK_WEB_APPEND:
        make_web_append(&call->request, events);
        snprintf(call->path, sizeof call->path, "/v1/streams/%s", name);
        path = call->path;
        break;
    case WORK_WEB_FOLLOW: path = "/v1/events?after=0"; break;
    case WORK_PUBLISH:
        snprintf(name, sizeof name, "live-%llu", (unsigned long long)run);
        make_append(&call->request, name, ANY, 0, events);
        break;
    default:
        snprintf(name, sizeof name, "live-%llu", (unsigned long long)run);
        make_read(&call->request, name, 0);
        path = READ;
    }
    submit(connection, call, path);
}

static bool wants_more(const struct connection *connection) {
    if (!connection->free || rate > 0 || now() >= measured_until) return false;
    if (work == WORK_ALL || work == WORK_V1_ALL || work == WORK_SUBSCRIBE) return issued == 0;
    if (work == WORK_V1_PIPELINE || work == WORK_WEB_FOLLOW) return connection->under_way == 0;
    return total == 0 || issued < total;
}

static void write_output(struct connection *connection) {
    const uint8_t *part;
    ssize_t count;
    while ((count = nghttp2_session_mem_send(connection->session, &part)) > 0)
        add(&connection->output, part, (size_t)count);
    struct bytes *output = &connection->output;
    while (connection->written < output->count) {
        count = send(connection->socket, output->start + connection->written, output->count - connection->written,
                     MSG_NOSIGNAL);
        if (count < 0 && errno == EAGAIN) break;
        if (count < 0) fail("send: %s", strerror(errno));
        connection->written += (size_t)count;
    }
    bool waits = connection->written < output->count;
    if (!waits) connection->written = output->count = 0;
    if (waits != connection->waits_to_write) {
        struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = connection};
        connection->waits_to_write = waits;
        epoll_ctl(poll_descriptor, EPOLL_CTL_MOD, connection->socket, &event);
    }
}

static void read_input(struct connection *connection) {
    static uint8_t input[1 << 18];
    for (int times = 0; times < 16; times++) {
        ssize_t count = recv(connection->socket, input, sizeof input, 0);
        if (count == 0) fail("the server closed a connection");
        if (count < 0 && errno == EAGAIN) return;
        if (count < 0) fail("recv: %s", strerror(errno));
        ssize_t taken = nghttp2_session_mem_recv(connection->session, input, (size_t)count);
        if (taken < 0) fail("HTTP/2: %s", nghttp2_strerror((int)taken));
        if ((size_t)count < sizeof input) return;
    }
}

static void begin_calls(struct connection *connection) {
    while (wants_more(connection)) begin_call(connection);
    write_output(connection);
}

static void open_connection(struct connection *connection, int number) {
    connection->number = number;
    connection->calls = calloc((size_t)in_flight, sizeof *connection->calls);
    for (int place = in_flight - 1; place >= 0; place--) {
        struct call *call = &connection->calls[place];
        *call = (struct call){.connection = connection, .number = place, .next_free = connection->free};
        connection->free = call;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection->socket, (struct sockaddr *)&address, sizeof address))
        fail("127.0.0.1:%d: %s", port, strerror(errno));
    int on = 1;
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(connection->socket, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(poll_descriptor, EPOLL_CTL_ADD, connection->socket, &event);

    nghttp2_session_callbacks *callbacks;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, take_data);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, take_header);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, end_call);
    nghttp2_session_client_new(&connection->session, callbacks, connection);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 8 << 20},
                                               {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}};
    nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, settings, 2);
    nghttp2_session_set_local_window_size(connection->session, NGHTTP2_FLAG_NONE, 0, 64 << 20);
}
