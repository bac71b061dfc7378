using CasaWrapperKernel.Jupyter;


namespace CasaWrapperKernel.KernelSpecs;

/// <summary>The folder of one kernelspec. What is there and not ours is never touched.</summary>
/// <param name="DataFolder">One of Jupyter's data folders, which has a folder <c>kernels</c>.</param>
/// <param name="Name">The kernelspec's name; Jupyter compares names in lower case.</param>
internal sealed record KernelSpecFolder(string DataFolder, string Name)
{
    // Linux's numbers, which .NET keeps where it has none of its own.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    public string Folder => Path.Combine(DataFolder, "kernels", Name);

    private string SpecFile => Path.Combine(Folder, KernelSpec.FileName);

    /// <summary>Writes the kernelspec; Jupyter sees the old one or the new one, never a part.</summary>
    /// <param name="replace">Whether one of ours for another Python may be replaced.</param>
    /// <param name="resources">Files to be copied beside it, such as logos.</param>
    /// <exception cref="UserException">Another kernelspec has the name, or the folder cannot be written.</exception>
    public void Install(KernelSpec spec, bool replace, IReadOnlyList<string>? resources = null)
    {
        if (Directory.Exists(Folder))
        {
            RefuseForeign("give yours another --name");
            var there = KernelSpec.Read(SpecFile)!;
            if (!replace && !there.Hosts(spec.Python ?? ""))
            {
                throw new UserException($"The kernelspec {Folder} is for another Python ({there.Python}); "
                    + "give the new one another --name, or add --replace.");
            }
        }

        try
        {
            Write(spec, resources ?? []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"The kernelspec {Folder} cannot be written ({e.Message.TrimEnd('.')}); "
                + (IsFull(e) ? "make room there, or use --prefix with a folder on another disk."
                    : "use --user, or --prefix with a folder of your own."));
        }
    }

    /// <summary>Gives the kernel an environment variable more.</summary>
    /// <exception cref="UserException">The folder cannot be written.</exception>
    public void SetVariable(string name, string value)
    {
        var spec = KernelSpec.ReadAsWritten(SpecFile)!;
        Install(spec with { Env = new(spec.Env) { [name] = value } }, replace: true);
    }

    /// <exception cref="UserException">There is none, it is not ours, or it cannot be removed.</exception>
    public void Remove()
    {
        if (!Directory.Exists(Folder))
        {
            throw new UserException($"There is no kernelspec {Folder}; 'casa-kernel list' shows those that there are.");
        }

        RefuseForeign($"remove it with 'jupyter kernelspec remove {Name}'");
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException(
                $"The kernelspec {Folder} cannot be removed ({e.Message.TrimEnd('.')}); ask whoever installed it.");
        }
    }

    /// <summary>Our kernelspecs in a data folder.</summary>
    public static IEnumerable<(string Name, KernelSpec Spec)> List(string dataFolder)
    {
        var kernels = Path.Combine(dataFolder, "kernels");
        foreach (var folder in Directory.Exists(kernels) ? Directory.GetDirectories(kernels).Order()
            : Enumerable.Empty<string>())
        {
            if (KernelSpec.Read(Path.Combine(folder, KernelSpec.FileName)) is { IsOurs: true } spec)
            {
                yield return (Path.GetFileName(folder), spec);
            }
        }
    }

    private void RefuseForeign(string cure)
    {
        if (KernelSpec.Read(SpecFile) is not { IsOurs: true })
        {
            throw new UserException($"The kernelspec {Folder} was not made by casa-kernel; {cure}.");
        }
    }

    private void Write(KernelSpec spec, IReadOnlyList<string> resources)
    {
        var isNew = !Directory.Exists(Folder);
        var kernels = Directory.CreateDirectory(Path.GetDirectoryName(Folder)!).FullName;
        var unfinished = Directory.CreateDirectory(Path.Combine(kernels, $".{Name}-{Environment.ProcessId}")).FullName;
        try
        {
            foreach (var resource in resources)
            {
                File.Copy(resource, Path.Combine(unfinished, Path.GetFileName(resource)));
            }

            spec.Write(Path.Combine(unfinished, KernelSpec.FileName));
            if (isNew)
            {
                Directory.Move(unfinished, Folder);
                return;
            }

            foreach (var file in Directory.GetFiles(unfinished))
            {
                File.Move(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
            }
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    private static bool IsFull(Exception e) => e.HResult is NoSpace or QuotaExceeded;
}
