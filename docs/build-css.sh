#!/bin/sh
# Compile service/static/src/*.scss with npm's sass and govuk-frontend.
# Only whoever changes the styles needs node and npm; the result is committed.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
static=$root/service/static
tools=${VBR_CSS_TOOLS:-$(mktemp -d)}
[ -n "${VBR_CSS_TOOLS:-}" ] || trap 'rm -rf "$tools"' EXIT
if [ ! -d "$tools/node_modules/govuk-frontend" ]; then
    npm install --silent --no-audit --no-fund --prefix "$tools" sass@1.108.2 govuk-frontend@6.3.0
fi
for sheet in vbr staff print-form; do
    "$tools/node_modules/.bin/sass" --no-source-map --no-charset --style=compressed --quiet-deps \
        --load-path="$tools/node_modules" "$static/src/$sheet.scss" "$static/$sheet.css"
    for forbidden in 'GDS Transport' 'url(' crown crest; do
        if grep -q "$forbidden" "$static/$sheet.css"; then
            echo "$sheet.css must not mention '$forbidden'" >&2
            exit 1
        fi
    done
    echo "$sheet.css: $(wc -c < "$static/$sheet.css") bytes, $(gzip -9 -c "$static/$sheet.css" | wc -c) compressed"
done
