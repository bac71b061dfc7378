using System.Globalization;

namespace CasaWrapperKernel.Recompute;

/// <summary>Where the store is, unless somebody names another place.</summary>
internal static class StoreFolder
{
    /// <summary><c>CASA_KERNEL_CACHE</c>, else in <c>XDG_CACHE_HOME</c>, else in the user's <c>.cache</c>.</summary>
    /// <exception cref="UnknowableException">The user has no home folder and has named none.</exception>
    public static string Find()
    {
        if (Variable("CASA_KERNEL_CACHE") is { } named)
        {
            return Path.GetFullPath(named);
        }

        var cache = Variable("XDG_CACHE_HOME")
            ?? (Variable("HOME") is { } home ? Path.Combine(home, ".cache") : null)
            ?? throw new UnknowableException("no folder is named for what is kept: set CASA_KERNEL_CACHE");
        return Path.Combine(cache, "casa-kernel", "recompute");
    }

    /// <summary><c>CASA_KERNEL_CACHE_GB</c> and <c>CASA_KERNEL_CACHE_DAYS</c>, else 20 and 180.</summary>
    public static Bounds Bounds() =>
        new((long)(Number("CASA_KERNEL_CACHE_GB", 20) * (1 << 30)),
            TimeSpan.FromDays(Number("CASA_KERNEL_CACHE_DAYS", 180)));

    private static double Number(string name, double otherwise) =>
        double.TryParse(Variable(name), CultureInfo.InvariantCulture, out var value) && value >= 0 ? value : otherwise;

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>What a store may take, and how long an entry may be of no use.</summary>
internal sealed record Bounds(long MostBytes, TimeSpan Longest);
