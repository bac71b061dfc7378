namespace CasaWrapperKernel.Tests.Support;

/// <summary>
/// Environment variables for one test. They belong to the whole process, so tests that use this are in the collection
/// <see cref="Collection"/>, whose tests run one after the other.
/// </summary>
internal sealed class Variables : IDisposable
{
    public const string Collection = "environment variables";
    private readonly Dictionary<string, string?> _before = [];

    public Variables(params (string Name, string? Value)[] variables)
    {
        foreach (var (name, value) in variables)
        {
            _before[name] = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
