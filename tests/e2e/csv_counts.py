# SPDX-License-Identifier: Apache-2.0
"""csv_counts.py FILE: counts the tasks of a .csv by Python's own reader."""
import csv, json, sys
rows = list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8')))
count = lambda test: sum(1 for row in rows if test(row))
print(json.dumps({
  'queued': count(lambda r: r['queued']), 'started': count(lambda r: r['started']),
  'finished': count(lambda r: r['state'] in ('finished', 'failed')),
  'failed': count(lambda r: r['state'] == 'failed'),
  'cancelled': count(lambda r: r['state'] == 'cancelled'),
  'names': sorted({r['name'] for r in rows}), 'errors': count(lambda r: r['error']),
  'wait': sum(float(r['queue_wait']) for r in rows if r['queue_wait']),
  'run': sum(float(r['run_time']) for r in rows if r['run_time']),
  'first': min(float(r['queued']) for r in rows), 'workers': len({r['worker'] for r in rows}),
  'last': max(float(r['finished']) for r in rows if r['finished'])}))
