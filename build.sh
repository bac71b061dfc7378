#!/bin/sh
exec dotnet run --project "$(dirname "$0")/build" -- "$@"
