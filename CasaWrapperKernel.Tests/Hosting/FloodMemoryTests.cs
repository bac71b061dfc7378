using CasaWrapperKernel.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace CasaWrapperKernel.Tests.Hosting;

public sealed class FloodMemoryTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FloodMemory _memory;
    private int _given;

    public FloodMemoryTests() => _memory = new FloodMemory(_time, () => _given++);

    [Fact]
    public void Memory_is_given_back_once_it_is_quiet_after_a_flood()
    {
        for (var i = 0; i < 5; i++)
        {
            _memory.Count(20 << 20);
            _time.Advance(TimeSpan.FromSeconds(0.9));
            Assert.Equal(0, _given);
        }

        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, _given);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, _given);
    }

    [Fact]
    public void Little_is_no_flood()
    {
        _memory.Count(1 << 20);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, _given);
    }

    public void Dispose() => _memory.Dispose();
}
