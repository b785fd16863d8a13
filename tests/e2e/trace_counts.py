# SPDX-License-Identifier: Apache-2.0
"""trace_counts.py RECORDING FOLDER: counts the tasks of a recording by the words of protoc alone.

FOLDER holds track_event_min.proto. A recording that was cut is counted up to its last whole packet, as Perfetto does.
"""
import json
import re
import subprocess
import sys
import zlib


def varint(data, at):
    value, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def packets(data):
    """The packets of a Trace, as far as they are whole."""
    at = 0
    try:
        while at < len(data) and data[at] == 0x0A:
            length, begin = varint(data, at + 1)
            if begin + length > len(data):
                return
            yield data[at:begin + length], data[begin:begin + length]
            at = begin + length
    except IndexError:
        return


def plain(data):
    """The same packets, those that are compressed taken out of their blocks."""
    out = bytearray()
    for whole, packet in packets(data):
        tag, at = varint(packet, 0)
        if tag == 50 << 3 | 2:
            length, at = varint(packet, at)
            out += zlib.decompress(packet[at:at + length])
        else:
            out += whole
    return bytes(out)


def decoded(trace, folder):
    run = subprocess.run(["protoc", "--decode=pv.Trace", "-I", folder, folder + "/track_event_min.proto"],
                         input=trace, capture_output=True, check=True)
    text = run.stdout.decode()
    unknown = re.search(r"^\s*\d+[:{ ].*$", text, re.M)
    assert not unknown, unknown.group()
    return text


def events(text):
    """(type, track, flows, annotation texts) of each event, in the order of the file."""
    for packet in re.split(r"^packet \{$", text, flags=re.M):
        event = re.search(r"^  track_event \{$(.*?)^  \}$", packet, re.M | re.S)
        if event:
            body = event.group(1)
            kind = re.search(r"^    type: (\w+)$", body, re.M)
            track = re.search(r"^    track_uuid: (\d+)$", body, re.M)
            yield (kind.group(1) if kind else "", track.group(1) if track else "",
                   set(re.findall(r"^    flow_ids: (\d+)$", body, re.M)),
                   set(re.findall(r"^    terminating_flow_ids: (\d+)$", body, re.M)), body)


text = decoded(plain(open(sys.argv[1], "rb").read()), sys.argv[2])
queued, started, finished, failed, delivered, threads = set(), set(), 0, 0, set(), 0
stacks = {}
for kind, track, flows, ends, body in events(text):
    stack = stacks.setdefault(track, [])
    if kind == "TYPE_SLICE_BEGIN":
        task = next(iter(flows | ends), None)
        stack.append(task)
        if task:
            assert task in queued, f"task {task} was started before it was queued"
            started.add(task)
    elif kind == "TYPE_SLICE_END":
        if stack.pop():
            finished += 1
            failed += "debug_annotations" in body and '"error"' in body
    elif kind == "TYPE_INSTANT" and flows:
        queued |= flows
    elif kind == "TYPE_INSTANT" and ends:
        delivered |= ends
assert delivered <= queued
print(json.dumps({"queued": len(queued), "started": len(started), "finished": finished,
                  "failed": failed, "delivered": len(delivered),
                  "threads": sorted(set(re.findall(r'thread_name: "([^"]*)"', text)))}))
