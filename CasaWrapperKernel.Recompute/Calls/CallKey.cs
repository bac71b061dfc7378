using CasaWrapperKernel.Recompute.Identity;
using CasaWrapperKernel.Recompute.Storage;

namespace CasaWrapperKernel.Recompute.Calls;

/// <summary>The identity of a call: the hash of all that its answer depends on.</summary>
/// <param name="Id">In hexadecimal.</param>
/// <param name="Parts">What it was made of, in words.</param>
/// <param name="Inputs">The identities of what it reads, by the names that the request has for them.</param>
internal sealed record CallKey(
    string Id, IReadOnlyDictionary<string, string> Parts, IReadOnlyDictionary<string, string> Inputs)
{
    /// <summary>Of the form of what is hashed here.</summary>
    private const string Form = "call 1";

    /// <exception cref="UnknowableException">Something that it depends on cannot be known.</exception>
    public static CallKey Of(CallRequest call, Store store, CancellationToken stop)
    {
        var parts = new Dictionary<string, string>();
        using var encoding = new CanonicalEncoding();
        encoding.Text(Form).Text(call.Task).Value(call.Surroundings);
        parts["surroundings"] = call.Surroundings.GetRawText();
        foreach (var (name, value) in call.Values.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            encoding.Text("value").Text(name).Value(value);
            parts[name] = value.GetRawText();
        }

        var inputs = new Dictionary<string, string>();
        foreach (var (name, path) in call.Inputs.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            inputs[name] = IdentityOf(path, call.WithHistory.Contains(name), store, stop);
            encoding.Text("input").Text(name).Text(inputs[name]);
            parts[$"{name} holds"] = inputs[name];
        }

        return new CallKey(encoding.Id(), parts, inputs);
    }

    /// <exception cref="UnknowableException">It is not there, or not as its files say.</exception>
    public static string IdentityOf(string path, bool withHistory, Store store, CancellationToken stop)
    {
        var there = store.Reader.Read(path, stop) ?? throw new UnknowableException($"{path} is not there");
        if (OpenFiles.In(there.Path, onlyForWriting: true) is { } open)
        {
            throw new UnknowableException($"{open} is open for writing in this session");
        }

        return withHistory
            ? Artefact.ContentOf(there.Files, withHistory: true)
            : store.Identities.Of(there.Content);
    }
}
