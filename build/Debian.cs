namespace Build;

/// <summary>Installs Debian's packages, where this is a Debian and we are root.</summary>
internal static class Debian
{
    private static readonly Dictionary<string, string?> NoQuestions = new() { ["DEBIAN_FRONTEND"] = "noninteractive" };

    /// <summary>Installs what can be installed; names what cannot, and goes on.</summary>
    public static async Task Install(IReadOnlyList<string> packages, CancellationToken stop)
    {
        if (Environment.UserName != "root" || await Tool.Output("apt-get", ["--version"], stop) is null)
        {
            Console.WriteLine($"Not installed, since that needs root on a Debian: {string.Join(' ', packages)}");
            return;
        }

        Console.WriteLine($"Installing Debian's {string.Join(' ', packages)}.");
        await Tool.Output("apt-get", ["-qq", "update"], stop);
        if (packages.Count == 0 || await TryInstall(packages, stop))
        {
            return;
        }

        // One package that is refused takes with it all that are asked for together.
        foreach (var package in packages)
        {
            if (!await TryInstall([package], stop))
            {
                Console.WriteLine($"Not installed, since Debian refuses it (see above): {package}");
            }
        }
    }

    // Another apt may be at work; it is waited for.
    private static async Task<bool> TryInstall(IReadOnlyList<string> packages, CancellationToken stop) => await Tool.Try("apt-get",
        ["-qq", "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", .. packages], stop, NoQuestions) == 0;
}
