/// Messages of the smaller services, in hexadecimal digits, as Python's `kurrentdbclient` 1.3 and
/// `protobuf` 7.36 write them.
let managementVectors: [String: String] = [
    "gossip": """
    0a350a160a1408f7ccd5a2b4c6c80810ffddf7e6bcd7eacc88011080ad858a8fad991e180820012a0e0a096c6f\
    63616c686f737410c110
    """,
    "projection update": "0a080a01701201711801",
    "projection delete": "0a050a01701801",
    "projection disable": "0a050a01701001",
    "projection state": "0a060a0170120178",
    "projection statistics of all": "0a021200",
    "projection statistics of transient": "0a021a00",
    "projection statistics of continuous": "0a022200",
    "projection statistics of one time": "0a022a00",
    "projection statistics of name": "0a030a0170",
    "projection statistics": """
    0a48220c2462795f63617465676f7279420752756e6e696e67520c2462795f63617465676f72795a0a436f6e74\
    696e756f75736207433a352f503a356d0000c8427207433a342f503a34
    """,
    "projection state resp":
        "0a232a210a1f0a0161121a32180a0911000000000000f03f0a0208000a0220010a031a0178",
    "start scavenge": "0a0d080210ffffffffffffffffff01",
    "stop scavenge": "0a050a03616263",
    "scavenge stopped": "0a036162631002",
    "scavenge started": "0a03616263",
    "priority": "08fbffffffffffffffff01",
    "statistics request": "080120e807",
    "statistics": "0a060a01611201310a050a01621200",
    "methods": """
    0a1b0a04726561641201731a08706f736974696f6e1a066576656e74730a0b0a06617070656e64120173120632\
    362e312e30
    """,
]
