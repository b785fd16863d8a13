# SPDX-License-Identifier: Apache-2.0
"""chrome_counts.py FILE: counts the tasks of a .trace.json by Python's own reader."""
import json, sys
trace = json.load(open(sys.argv[1], encoding='utf-8'))
events = trace['traceEvents']
of = lambda ph, cat: [e for e in events if e['ph'] == ph and e.get('cat') == cat]
ends = of('E', 'task')
depth, most = {}, 0
for e in events:
    if e['ph'] in 'BE':
        depth[e['tid']] = depth.get(e['tid'], 0) + (1 if e['ph'] == 'B' else -1)
        assert depth[e['tid']] >= 0, e
        most = max(most, depth[e['tid']])
starts = {e['id'] for e in of('s', 'flow')}
# An arrow of each task that was started leads to its end; of one that still waits it has begun.
assert {e['id'] for e in of('f', 'flow')} == {e['args']['poolscope.task'] for e in of('B', 'task')}
assert starts == {e['args']['poolscope.task'] for e in of('X', 'queued')}
assert all(isinstance(e['ts'], (int, float)) for e in events)
print(json.dumps({
  'queued': len(of('X', 'queued')), 'started': len(of('B', 'task')), 'finished': len(ends),
  'failed': sum(1 for e in ends if e['args'].get('outcome') == 'error'),
  'cancelled': sum(1 for e in of('i', 'task')), 'deepest': most,
  'open': sum(depth.values()), 'names': sorted({e['name'] for e in of('B', 'task')}),
  'threads': sorted(e['args']['name'] for e in events if e.get('name') == 'thread_name')}))
