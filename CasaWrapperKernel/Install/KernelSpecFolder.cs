using CasaWrapperKernel.Hosting;

namespace CasaWrapperKernel.Install;

/// <summary>The folder of one kernelspec. What is there and not ours is never touched.</summary>
/// <param name="DataFolder">One of Jupyter's data folders, which has a folder <c>kernels</c>.</param>
/// <param name="Name">The kernelspec's name; Jupyter compares names in lower case.</param>
internal sealed record KernelSpecFolder(string DataFolder, string Name)
{
    public string Folder => Path.Combine(DataFolder, "kernels", Name);

    private string SpecFile => Path.Combine(Folder, KernelSpec.FileName);

    /// <summary>Writes the kernelspec; Jupyter sees the old one or the new one, never a part.</summary>
    /// <param name="replace">Whether one of ours for another Python may be replaced.</param>
    /// <exception cref="UserException">Another kernelspec has the name, or the folder cannot be written.</exception>
    public void Install(KernelSpec spec, bool replace)
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
            Write(spec);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"The kernelspec {Folder} cannot be written ({e.Message.TrimEnd('.')}); "
                + "use --user, or --prefix with a folder of your own.");
        }
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
            throw new UserException($"The kernelspec {Folder} cannot be removed ({e.Message.TrimEnd('.')}); ask whoever installed it.");
        }
    }

    /// <summary>Our kernelspecs in a data folder.</summary>
    public static IEnumerable<(string Name, KernelSpec Spec)> List(string dataFolder)
    {
        var kernels = Path.Combine(dataFolder, "kernels");
        foreach (var folder in Directory.Exists(kernels) ? Directory.GetDirectories(kernels).Order() : Enumerable.Empty<string>())
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

    private void Write(KernelSpec spec)
    {
        if (Directory.Exists(Folder))
        {
            spec.Write(SpecFile + ".new");
            File.Move(SpecFile + ".new", SpecFile, overwrite: true);
            return;
        }

        var kernels = Directory.CreateDirectory(Path.GetDirectoryName(Folder)!).FullName;
        var unfinished = Directory.CreateDirectory(Path.Combine(kernels, $".{Name}-{Environment.ProcessId}")).FullName;
        try
        {
            spec.Write(Path.Combine(unfinished, KernelSpec.FileName));
            Directory.Move(unfinished, Folder);
        }
        catch
        {
            Directory.Delete(unfinished, recursive: true);
            throw;
        }
    }
}
