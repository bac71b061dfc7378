using System.Text;
using BenchmarkDotNet.Attributes;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Benchmarks;

/// <summary>What every message costs: parsing and checking a request, signing what is sent, text as JSON.</summary>
[MemoryDiagnoser]
public class WireBenchmarks
{
    private readonly Frames _frames = new(new Signer("hmac-sha256", "a key"), "session");
    private readonly byte[] _text = Encoding.UTF8.GetBytes(
        string.Concat(Enumerable.Range(0, 10_000).Select(i => $"line {i} of the flux scale, Grüße\n")));

    private readonly byte[] _picture =
        [.. """{"data":{"image/png":" """u8, .. new byte[20_000_000].AsSpan(), .. "\"}}"u8];
    private List<byte[]> _request = [];
    private Outgoing _status = new("", [], []);
    private Outgoing _display = new("", [], []);

    [GlobalSetup]
    public void Setup()
    {
        var header = """{"msg_id":"m","msg_type":"execute_request","username":"anna","session":"s","date":"2026-11-24T13:43:33Z","version":"5.4"}"""u8;
        var cell = Json.Write(new ExecuteRequest { Code = "tclean(vis='x.ms')" }, WireJson.Default.ExecuteRequest);
        var execute = new Outgoing(
            "execute_request", Outgoing.EmptyObject, cell)
        { Identities = ["client"u8.ToArray()] };
        _request = [.. _frames.Write(execute)];
        _status = new Outgoing("status", header.ToArray(), """{"execution_state":"busy"}"""u8.ToArray());
        _display = new Outgoing("display_data", header.ToArray(), _picture);
    }

    [Benchmark]
    public object ReadRequest() => _frames.Read(_request);

    [Benchmark]
    public object WriteStatus() => _frames.Write(_status);

    [Benchmark]
    public object Write20MegabyteDisplay() => _frames.Write(_display);

    [Benchmark]
    public byte[] WriteStreamOf10000Lines() => StreamText.Write("stdout", _text);
}
