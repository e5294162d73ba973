"""Reads OpenMetrics with the reference parser; prints each sample as a line of JSON."""
import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

text = sys.stdin.buffer.read().decode("utf-8")
for family in text_string_to_metric_families(text):
    for sample in family.samples:
        print(json.dumps([sample.name, sample.labels, sample.value, family.type]))
