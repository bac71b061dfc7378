using CasaWrapperKernel.Recompute.Identity;
using CasaWrapperKernel.Recompute.Native;

namespace CasaWrapperKernel.Recompute.Storage;

/// <summary>The folder in which what calls have made is kept, for its owner alone.</summary>
internal sealed class Store
{
    /// <summary>What a store of this form says of itself.</summary>
    public const string Version = "casa-kernel recompute 1\n";

    private static readonly string[] Parts = ["objects", "entries", "stamps", "identities", "unfinished", "restoring"];

    private Store(string folder, TimeProvider time)
    {
        Folder = folder;
        Stamps = new StampCache(Part("stamps"));
        Reader = new Reader(Stamps, time);
        Entries = new Entries(Part("entries"));
        Objects = new Objects(Part("objects"), Part("unfinished"), Reader);
        Identities = new Identities(Part("identities"));
        Journals = Part("restoring");
    }

    public string Folder { get; }

    public StampCache Stamps { get; }

    public Reader Reader { get; }

    public Entries Entries { get; }

    public Objects Objects { get; }

    public Identities Identities { get; }

    /// <summary>The folder of what is being restored.</summary>
    public string Journals { get; }

    /// <summary>Opens a store, or makes it; what was begun in it and not ended is brought to its end.</summary>
    /// <exception cref="UnknowableException">It is another version's, or others may write into it.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static Store Open(string folder, TimeProvider time)
    {
        Directory.CreateDirectory(folder, Disk.PrivateFolder);
        if (!Stamp.IsPrivate(folder))
        {
            throw new UnknowableException(
                $"the folder {folder} is not yours alone to write into: name another with CASA_KERNEL_CACHE");
        }

        var version = Path.Combine(folder, "VERSION");
        if (!File.Exists(version))
        {
            if (Directory.EnumerateFileSystemEntries(folder).Any())
            {
                throw new UnknowableException(
                    $"the folder {folder} holds other things: name an empty one with CASA_KERNEL_CACHE");
            }

            Disk.WriteWhole(version, System.Text.Encoding.ASCII.GetBytes(Version));
        }
        else if (File.ReadAllText(version) != Version)
        {
            throw new UnknowableException(
                $"the folder {folder} is another version's: name another with CASA_KERNEL_CACHE, or delete it");
        }

        foreach (var part in Parts)
        {
            Directory.CreateDirectory(Path.Combine(folder, part), Disk.PrivateFolder);
        }

        var store = new Store(folder, time);
        Journal.Recover(store.Journals);
        return store;
    }

    /// <summary>Whether so much can be kept without filling the disk.</summary>
    public bool HasRoomFor(long bytes)
    {
        var drive = new DriveInfo(Folder);
        return drive.AvailableFreeSpace - bytes > drive.TotalSize / 20;
    }

    private string Part(string name) => Path.Combine(Folder, name);
}
