using CasaWrapperKernel.PythonHost.Lanes;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.PythonHost.Lanes;

public sealed class JobsTests
{
    private static readonly JobResult Ok = new("""{"status":"ok"}"""u8.ToArray(), Ok: true, ExecutionCount: 1);
    private readonly Jobs _jobs = new();

    [Fact]
    public async Task A_request_is_taken_by_its_lane_and_answered_by_its_number()
    {
        var request = Requests.Cell();
        var answer = _jobs.RunAsync(Jobs.MainLane, request);
        Assert.Null(_jobs.Take(Jobs.ControlLane));
        var job = _jobs.Take(Jobs.MainLane)!;
        Assert.Equal(request, job.Request);
        Assert.Null(_jobs.Take(Jobs.MainLane));
        _jobs.Complete(job.Id + 1, Ok);
        Assert.False(answer.IsCompleted);
        _jobs.Complete(job.Id, Ok);
        Assert.Equal(Ok, await answer);
    }

    [Fact]
    public async Task A_cell_that_runs_is_answered_however_many_requests_come_meanwhile()
    {
        var cell = Requests.Cell();
        var answer = _jobs.RunAsync(Jobs.MainLane, cell);
        var running = _jobs.Take(Jobs.MainLane)!;
        for (var i = 0; i < 10_050; i++)
        {
            var other = _jobs.RunAsync(Jobs.ControlLane, Requests.New("is_complete_request"));
            _jobs.Complete(_jobs.Take(Jobs.ControlLane)!.Id, Ok);
            await other;
        }

        Assert.Equal(cell.HeaderJson, _jobs.ParentOf(running.Id).Header);
        _jobs.Complete(running.Id, Ok);
        Assert.Equal(Ok, await answer);
    }

    [Fact]
    public async Task Of_a_request_that_is_done_its_parent_is_remembered_and_its_content_is_not()
    {
        var (content, id) = await Done();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(content.IsAlive);
        Assert.True(_jobs.ParentOf(id).AllowsInput);
        Assert.Same(_jobs.ParentOf(id).Header, _jobs.ParentOf(id).Header);
    }

    [Fact]
    public void Parents_are_not_remembered_for_ever()
    {
        var parents = new RecentParents(most: 2);
        Parent[] all = [Named(1), Named(2), Named(3)];
        for (var i = 0; i < all.Length; i++)
        {
            parents.Add(i, all[i]);
            parents.Add(i, Named(9)); // known already
        }

        Assert.Equal([null, all[1], all[2]], Enumerable.Range(0, 3).Select(i => parents.Find(i)));
        Assert.Same(Parent.None, _jobs.ParentOf(4711));
    }

    [Fact]
    public async Task What_waits_for_a_lane_that_ends_is_answered()
    {
        var lane = _jobs.OpenLane("subshell");
        var before = _jobs.RunAsync("subshell", Requests.Cell());
        _jobs.CloseLane("subshell", "It was deleted.");
        _jobs.CloseLane("another", "It is not there.");
        var after = await _jobs.RunAsync("subshell", Requests.Cell());
        Assert.Equal("It was deleted.", after.Failure);
        Assert.False(after.Ok);

        _jobs.Complete(_jobs.Take("subshell")!.Id, Ok); // what came before is still done
        Assert.Equal(Ok, await before);
        Assert.Equal("end_subshell", _jobs.Take("subshell")!.Request.Type);
        Assert.Contains("has ended", (await _jobs.RunAsync("subshell", Requests.Cell())).Failure);
        Assert.Null(lane.Take());
    }

    [Fact]
    public async Task A_failure_answers_all_that_wait_and_all_that_come()
    {
        var waiting = _jobs.RunAsync(Jobs.MainLane, Requests.Cell());
        _jobs.Fail("No Python.");
        Assert.Equal("No Python.", (await waiting).Failure);
        Assert.Equal("No Python.", (await _jobs.RunAsync(Jobs.MainLane, Requests.Cell())).Failure);
        Assert.Contains("KernelError: No Python.", System.Text.Encoding.UTF8.GetString((await waiting).Content));
    }

    private async Task<(WeakReference Content, long Id)> Done()
    {
        var request = Requests.New("comm_msg", $$"""{"data": "{{new string('x', 100_000)}}"}""");
        var answer = _jobs.RunAsync(Jobs.MainLane, request);
        var job = _jobs.Take(Jobs.MainLane)!;
        _jobs.Complete(job.Id, Ok);
        await answer;
        return (new WeakReference(request.Content), job.Id);
    }

    private static Parent Named(byte name) => new([name], [], AllowsInput: true);
}
