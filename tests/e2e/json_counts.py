# SPDX-License-Identifier: Apache-2.0
"""json_counts.py FILE: counts the tasks of a .json by Python's own reader."""
import json, sys
tasks = json.load(open(sys.argv[1], encoding='utf-8'))['tasks']
count = lambda test: sum(1 for task in tasks if test(task))
print(json.dumps({
  'queued': count(lambda t: 'queued' in t), 'started': count(lambda t: 'started' in t),
  'finished': count(lambda t: t['state'] in ('finished', 'failed')),
  'failed': count(lambda t: t['state'] == 'failed'),
  'cancelled': count(lambda t: t['state'] == 'cancelled'),
  'names': sorted({t['name'] for t in tasks}), 'errors': count(lambda t: 'error' in t),
  'wait': sum(t['queue_wait'] for t in tasks if 'queue_wait' in t),
  'run': sum(t['run_time'] for t in tasks if 'run_time' in t),
  'phases': sum(len(t.get('phases', [])) for t in tasks),
  'first': min(t['queued'] for t in tasks)}))
