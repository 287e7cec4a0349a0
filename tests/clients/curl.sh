#!/usr/bin/env bash
# Runs the `curl` lines of the vendor's guide against a simulator (or a test appliance).
#
#   SPS_PASSWORD=… tests/clients/curl.sh https://HOST:PORT CA.pem admin
#
# Each line has the options of the guide: a cookie file, -X, -d @body.json. Only the address, the CA and the credentials
# are added. The guide shows no complete change, so the order follows its text.
set -euo pipefail

url=$1 ca=$2 user=$3 password=$SPS_PASSWORD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# The password is not an argument, because arguments show in the list of processes.
printf 'user = "%s:%s"\n' "$user" "$password" > login

# Calls curl and keeps the body in `response`. The first argument lists the expected status codes.
call() {
    local expected=$1 status
    shift
    status=$(curl --silent --show-error --cacert "$ca" --output response --write-out '%{http_code}' "$@") || {
        echo "FAILS  curl ${*}" >&2
        exit 1
    }
    if [[ " $expected " != *" $status "* ]]; then
        echo "FAILS  $status instead of $expected: curl ${*}" >&2
        cat response >&2
        exit 1
    fi
    echo "$status  ${*: -1}"
}

holds() {
    grep --quiet --extended-regexp "$1" response || {
        echo "FAILS  the response lacks $1" >&2
        cat response >&2
        exit 1
    }
}

call 401 "$url/api/configuration/management/email"
holds '"Unauthenticated"'
call 200 --config login --cookie-jar cookies "$url/api/authentication"
call 200 --cookie cookies "$url/api/info"
holds '"firmware_version"'
call 200 --cookie cookies "$url/api/configuration/management/email"
call 200 --cookie cookies "$url/api/configuration/management/health_monitoring"
call 200 --cookie cookies "$url/api/configuration/management/snmp"
call 200 --cookie cookies "$url/api/configuration/management/snmp/trap"

# A change: open, PUT the whole object, list the changes, commit.
call '200 201' --cookie cookies -X POST -H 'Content-Length: 0' "$url/api/transaction"
cat > body.json <<'EOF'
{
  "maximum_disk_utilization_ratio": 81,
  "maximum_load1": null,
  "maximum_load15": null,
  "maximum_load5": null,
  "maximum_swap_utilization_ratio": 71
}
EOF
call '200 201' -H "Content-Type: application/json" -d @body.json --cookie cookies -X PUT "$url/api/configuration/management/health_monitoring"
call 200 --cookie cookies "$url/api/transaction/changes"
holds 'health_monitoring'
printf '{"status": "commit"}' > commit.json
call '200 201' -H "Content-Type: application/json" -d @commit.json --cookie cookies -X PUT "$url/api/transaction"
call 200 --cookie cookies "$url/api/transaction"
holds '"closed"'
call 200 --cookie cookies "$url/api/configuration/management/health_monitoring"
holds '"maximum_disk_utilization_ratio": ?81'

# For a body over one megabyte, curl sends `Expect`. An appliance refuses that, and the guide shows how to turn it off.
# The appliance drops the unknown key `note` silently, and everything is discarded at the end.
{ printf '{"note": "'; head -c 1200000 /dev/zero | tr '\0' 'x'; printf '", '; tail -n +2 body.json; } > large.json
call '200 201' --cookie cookies -X POST -H 'Content-Length: 0' "$url/api/transaction"
call 417 -H "Content-Type: application/json" -H "Expect: 100-continue" -d @large.json --cookie cookies -X PUT "$url/api/configuration/management/health_monitoring"
call '200 201' -H "Content-Type: application/json" -H "Expect:" -d @large.json --cookie cookies -X PUT "$url/api/configuration/management/health_monitoring"
call '200 201' --cookie cookies -X DELETE "$url/api/transaction"
call 200 --cookie cookies "$url/api/transaction"
holds '"closed"'

# A support bundle.
call '200 201' -X POST -b cookies "$url/api/troubleshooting/support-bundle"
key=$(grep --only-matching 'support-bundle/[^"/]*' response | head -1 | cut -d/ -f2)
for _ in $(seq 100); do
    call 200 -X GET -b cookies "$url/api/troubleshooting/support-bundle/$key" > /dev/null
    grep --quiet '"finished"' response && break
    sleep 0.1
done
holds '"finished"'
call 200 -X GET -b cookies "$url/api/troubleshooting/support-bundle/$key/download"
mv response bundle.tar.gz
tar --list --gzip --file bundle.tar.gz > /dev/null
call 200 -X DELETE -b cookies "$url/api/troubleshooting/support-bundle/$key"
call 404 -X GET -b cookies "$url/api/troubleshooting/support-bundle/$key"
echo "every line of the guide works"
