using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.PythonHost.Lanes;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.PythonHost.Lanes;

public sealed class QuestionsTests
{
    private readonly Jobs _jobs = new();
    private readonly Outbox _outbox = new();
    private readonly Questions _questions;

    public QuestionsTests() => _questions = new Questions(_jobs, _outbox);

    [Fact]
    public void A_question_goes_to_the_client_of_its_cell_and_the_answer_comes_back()
    {
        var question = _questions.Ask(Running(client: 1), "Name: ", password: true);
        var (channel, sent) = Assert.Single(_outbox.TakeAll());
        Assert.Equal((Channel.Stdin, "input_request"), (channel, sent.Type));
        Assert.Equal("Name: ", sent.Text("prompt"));
        Assert.Equal([[1]], sent.Identities);
        Assert.Null(_questions.Take(question));
        _questions.Answer(new Input([[2]], "from somebody else"));
        Assert.Null(_questions.Take(question));
        _questions.Answer(new Input([[1]], "Ada"));
        Assert.Equal("Ada", _questions.Take(question));
        _questions.End(question);
    }

    [Fact]
    public void Two_questions_at_once_get_their_own_answers()
    {
        var first = _questions.Ask(Running(client: 1), "first", password: false);
        var second = _questions.Ask(Running(client: 1), "second", password: false);
        _questions.Answer(new Input([[1]], "1"));
        _questions.Answer(new Input([[1]], "2"));
        Assert.Equal(("2", "1"), (_questions.Take(second), _questions.Take(first)));
    }

    [Fact]
    public void The_answer_to_a_question_that_was_given_up_is_forgotten()
    {
        var question = _questions.Ask(Running(client: 1), "?", password: false);
        _questions.End(question);
        _questions.End(question);
        _questions.Answer(new Input([[1]], "late"));
        Assert.Null(_questions.Take(question));
    }

    [Fact]
    public void A_client_that_takes_no_questions_is_asked_none()
    {
        Assert.Equal(0, _questions.Ask(Running(client: 1, allowsInput: false), "?", password: false));
        Assert.Equal(0, _questions.Ask(4711, "?", password: false));
        Assert.Empty(_outbox.TakeAll());
    }

    [Fact]
    public void An_input_reply_that_is_not_understood_is_an_empty_answer() =>
        Assert.Equal("", Input.Read(Requests.New("input_reply", "no JSON")).Value);

    private long Running(byte client, bool allowsInput = true)
    {
        _ = _jobs.RunAsync(Jobs.MainLane, Requests.Cell() with { Identities = [[client]] }, allowsInput);
        return _jobs.Take(Jobs.MainLane)!.Id;
    }
}
