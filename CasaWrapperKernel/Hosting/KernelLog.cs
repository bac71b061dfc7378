using System.Text;
using CasaWrapperKernel.PythonHost.Native;
using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel.Hosting;

/// <summary>
/// The kernel's own log: lines on the standard error that the kernel was started with (Jupyter's log), whatever has
/// become of descriptor 2 since. The level is that of CASA_KERNEL_LOG (Trace to Critical; default Warning).
/// </summary>
internal sealed class KernelLog(int descriptor) : ILoggerProvider
{
    /// <summary>The factory that everything in the kernel logs through.</summary>
    public static ILoggerFactory CreateFactory(int descriptor)
    {
        var level = Enum.TryParse<LogLevel>(
            Environment.GetEnvironmentVariable("CASA_KERNEL_LOG"), ignoreCase: true, out var asked)
            ? asked
            : LogLevel.Warning;
        return LoggerFactory.Create(builder => builder.SetMinimumLevel(level).AddProvider(new KernelLog(descriptor)));
    }

    public ILogger CreateLogger(string categoryName) => new Writer(descriptor, categoryName.Split('.')[^1]);

    public void Dispose()
    {
    }

    private sealed class Writer(int descriptor, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public unsafe void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var text = $"[casa-kernel] {logLevel} {category}: {formatter(state, exception)}\n{exception}{(exception is null ? "" : "\n")}";
            var bytes = Encoding.UTF8.GetBytes(text);
            fixed (byte* start = bytes)
            {
                Libc.write(descriptor, start, bytes.Length);
            }
        }
    }
}
