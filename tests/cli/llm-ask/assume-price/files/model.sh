#!/bin/sh
while read -r line; do echo '{"delta":"from "}'; echo '{"delta":"a program"}'; echo '{"text":"from a program","usage":{"input":3,"output":4}}'; done
