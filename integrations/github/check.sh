#!/usr/bin/env bash
# Checks what the inputs of the action name. They come in variables, so that no text of theirs is run.
set -euo pipefail

arguments=()
while IFS= read -r line; do
    line="${line%$'\r'}"
    if [ -n "$line" ]; then
        arguments+=("$line")
    fi
done <<< "${SPS_ARGS:-}"
arguments+=(--)
while IFS= read -r line; do
    line="${line%$'\r'}"
    if [ -n "$line" ]; then
        arguments+=("$line")
    fi
done <<< "${SPS_PATHS:-.}"
exec sps check --format github "${arguments[@]}"
