dotnet run --project "$PSScriptRoot/build" -- @args; exit $LASTEXITCODE
