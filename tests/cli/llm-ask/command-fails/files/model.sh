#!/bin/sh
read -r line; echo '{"error":{"fault":"refused","message":"not today"}}'
