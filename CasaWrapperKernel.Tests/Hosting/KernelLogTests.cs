using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Tests.Support;
using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel.Tests.Hosting;

public sealed class KernelLogTests
{
    [Fact]
    public void A_line_says_where_and_what_and_a_fault_where_it_came_from()
    {
        using var folder = new TempFolder();
        var path = folder.File("log");
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite))
        {
            using var loggers = KernelLog.CreateFactory((int)file.DangerousGetHandle());
            var log = loggers.CreateLogger("CasaWrapperKernel.Some.Part");
            Say(log, LogLevel.Information, "not asked for", null);
            Say(log, LogLevel.Error, "odd", new InvalidOperationException("fault"));
        }

        var text = File.ReadAllText(path);
        Assert.StartsWith("[casa-kernel] Error Part: odd\n", text);
        Assert.Contains("InvalidOperationException: fault", text);
        Assert.DoesNotContain("not asked for", text);
    }

    private static void Say(ILogger log, LogLevel level, string text, Exception? fault) =>
        log.Log(level, default, text, fault, (state, _) => state);
}
