using System.Text.Json.Serialization;

namespace CasaWrapperKernel.Crashes;

/// <summary>What is noted of a kernel when it starts.</summary>
/// <param name="Notebook">JPY_SESSION_NAME, which Jupyter Server sets; "" without.</param>
/// <param name="Folder">The working folder at the start.</param>
/// <param name="Log">CASA's log file of this session.</param>
/// <param name="Started">In UTC.</param>
internal sealed record KernelNote(
    int Process, string Machine, string Notebook, string Folder, string User, string Version, string Python, string Log,
    DateTime Started)
{
    /// <summary>Whether both are kernels of one notebook, as far as can be told.</summary>
    public bool IsOfSameNotebook(KernelNote other) => User == other.User && Notebook == other.Notebook
        && (Notebook.Length > 0 || Folder == other.Folder);
}

/// <summary>What runs.</summary>
internal sealed record RunningNote(IReadOnlyList<CellNote> Cells, IReadOnlyList<TaskNote> Tasks);

/// <summary>A cell that runs.</summary>
/// <param name="Request">The <c>msg_id</c> of its execute_request.</param>
/// <param name="Number">0 where it is not known (in a subshell).</param>
/// <param name="Code">Its first lines.</param>
/// <param name="Started">In UTC.</param>
internal sealed record CellNote(string Request, int Number, string Code, DateTime Started);

/// <summary>A call of a CASA task that runs.</summary>
/// <param name="Call">Tells it from others.</param>
/// <param name="Arguments">As Python writes them, without those that are empty.</param>
/// <param name="Started">In UTC.</param>
internal sealed record TaskNote(long Call, string Name, string Arguments, DateTime Started);

/// <summary>Memory, in bytes.</summary>
/// <param name="Used">By the kernel's process.</param>
/// <param name="Available">To new programs, on the machine or in the container.</param>
/// <param name="Kills">How many processes the system has ended for want of memory since it was started.</param>
/// <param name="Time">When that was so, in UTC.</param>
internal sealed record MemoryNote(long Used, long Available, long Kills, DateTime Time);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(KernelNote))]
[JsonSerializable(typeof(RunningNote))]
[JsonSerializable(typeof(MemoryNote))]
internal sealed partial class RecordJson : JsonSerializerContext;
