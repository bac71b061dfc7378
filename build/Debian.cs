namespace Build;

/// <summary>Installs Debian's packages, where this is a Debian and we are root.</summary>
internal static class Debian
{
    private static readonly Dictionary<string, string?> NoQuestions = new() { ["DEBIAN_FRONTEND"] = "noninteractive" };

    /// <summary>Does nothing, but says so, where it cannot.</summary>
    public static async Task Install(string[] packages, CancellationToken stop)
    {
        if (Environment.UserName != "root" || await Tool.Output("apt-get", ["--version"], stop) is null)
        {
            Console.WriteLine($"Not installed, since that needs root on a Debian: {string.Join(' ', packages)}");
            return;
        }

        Console.WriteLine($"Installing Debian's {string.Join(' ', packages)}.");
        await Tool.Output("apt-get", ["-qq", "update"], stop);
        await Tool.Try("apt-get", ["-qq", "install", "-y", "--no-install-recommends", .. packages], stop, NoQuestions);
    }
}
