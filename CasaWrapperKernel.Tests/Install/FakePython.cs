using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Install;

/// <summary>Scripts that behave like Pythons to the commands.</summary>
internal static class FakePython
{
    /// <summary>An environment whose python answers what the commands ask.</summary>
    /// <returns>Path of the script that answers.</returns>
    public static string Create(TempFolder folder, string casa = "\"6.7.0.31\"", string version = "3.99.1")
    {
        var executable = folder.Write("env/bin/python3.99", "binary");
        folder.Write("env/lib/libpython3.99.so", "");
        return Script(folder, "python", $$"""
            echo what a sitecustomize prints
            echo '{"executable": "{{executable}}", "prefix": "{{folder.File("env")}}", "version": "{{version}}", "casa_version": {{casa}}, "ipython_version": "9.1"}'
            """);
    }

    public static string Script(TempFolder folder, string name, string commands) =>
        folder.Write(name, $"#!/bin/sh\n{commands}\n", executable: true);
}
