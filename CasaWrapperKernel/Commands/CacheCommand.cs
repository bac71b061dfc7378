using System.CommandLine;
using System.Globalization;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.Recompute;
using CasaWrapperKernel.Recompute.Storage;

namespace CasaWrapperKernel.Commands;

/// <summary><c>casa-kernel cache</c>: what <c>%recompute</c> keeps.</summary>
internal static class CacheCommand
{
    public static Command Create() => new("cache", "Look after what %recompute keeps of earlier calls.")
    {
        New("ls", "List the calls, those that were of use last first.", List),
        New("size", "Say what is kept takes.", Size),
        New("verify", "Read all of it, and remove the calls that are damaged.", Verify),
        New("gc", "Remove what has been of no use for longest, beyond CASA_KERNEL_CACHE_GB (20) and "
            + "CASA_KERNEL_CACHE_DAYS (180).", Collect),
    };

    private static Command New(string name, string description, Func<Store, TextWriter, int> run)
    {
        var command = new Command(name, description);
        command.SetAction(arguments =>
        {
            try
            {
                var store = Store.Open(StoreFolder.Find(), TimeProvider.System);
                return run(store, arguments.InvocationConfiguration.Output);
            }
            catch (UnknowableException e)
            {
                throw new UserException($"{char.ToUpperInvariant(e.Message[0])}{e.Message[1..]}.");
            }
        });
        return command;
    }

    private static int List(Store store, TextWriter output)
    {
        foreach (var (file, entry) in new Collector(store).List())
        {
            output.WriteLine(entry is null ? $"damaged: {file.FullName}" : string.Create(CultureInfo.InvariantCulture,
                $"{entry.Made:yyyy-MM-dd HH:mm}  {entry.Task,-12} {entry.Seconds,9:0.0} s"
                + $"  {entry.Bytes / 1e6,10:0.0} MB  {entry.Key[..12]}"));
        }

        return 0;
    }

    private static int Size(Store store, TextWriter output)
    {
        var (calls, megabytes) = (store.Entries.Files().Count, new Collector(store).Size() / 1e6);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{store.Folder} keeps {calls} calls in {megabytes:0.0} MB."));
        return 0;
    }

    private static int Verify(Store store, TextWriter output)
    {
        var damaged = new Collector(store).Damaged(CancellationToken.None).ToList();
        foreach (var file in damaged)
        {
            output.WriteLine($"damaged, and removed: {file.FullName}");
            file.Delete();
        }

        output.WriteLine($"{store.Entries.Files().Count} calls can be replayed.");
        return damaged.Count > 0 ? 1 : 0;
    }

    private static int Collect(Store store, TextWriter output)
    {
        var bounds = StoreFolder.Bounds();
        var removed = new Collector(store).Collect(bounds.MostBytes, bounds.Longest, TimeProvider.System.GetUtcNow());
        output.WriteLine($"{removed} calls were removed.");
        return Size(store, output);
    }
}
