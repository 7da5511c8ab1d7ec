using Signalbox.Inference.Sampling;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using static Signalbox.Inference.Tests.Sessions.SchedulerFixture;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class AnswerTextTests
{
    [Fact]
    public void A_stop_text_ends_the_answer_with_the_token_that_completes_it()
    {
        using var fixture = new SchedulerFixture();
        var prompt = Tokens(1, 9);
        var text = TextOf(FakeRunner.Expected(prompt, 12));
        var stop = text[5..8];
        var answer = new Answer(
            new GenerationRequest { Prompt = prompt, StopTexts = [stop], Sampling = new SamplingOptions { Temperature = 0 } }, new FakeTokenizer(), 50, fixture.Context);
        Assert.Null(fixture.Scheduler.Submit(answer));
        fixture.Finish();

        var (tokens, last) = Read(answer);
        Assert.Equal((8, EndReason.Stop), (tokens.Length, last!.Value.End));
        var reader = new AnswerText(new FakeTokenizer(), [stop]);
        Assert.Equal(text[..5], string.Concat(tokens.Select(reader.Append)) + reader.Flush());
        Assert.Equal(stop, reader.Stop);
    }

    [Fact]
    public void What_might_have_become_a_stop_text_comes_at_the_end()
    {
        var text = new AnswerText(new FakeTokenizer(), ["012"]);
        Assert.Equal(["", "", ""], new[] { text.Append(1), text.Append(2), "" });
        Assert.Equal("01", text.Flush());
        Assert.Null(text.Stop);
    }

    [Fact]
    public void Log_probabilities_are_those_of_the_model_before_sampling_changed_the_logits()
    {
        using var fixture = new SchedulerFixture();
        var answer = new Answer(
            new GenerationRequest { Prompt = [1, 2], MaxTokens = 3, TopLogProbabilities = 2, Sampling = new SamplingOptions { Temperature = 0, RepetitionPenalty = 2, PenaltyWindow = 64 } },
            new FakeTokenizer(),
            50,
            fixture.Context);
        Assert.Null(fixture.Scheduler.Submit(answer));
        fixture.Finish();
        Assert.True(answer.Stream.TryRead(out var step));
        var expected = -Math.Log(1 + 49 * Math.Exp(-20));
        Assert.Equal(expected, step.LogProbability, 1e-5);
        Assert.Equal(2, step.Alternatives!.Count);
        Assert.Equal(step.Token, step.Alternatives[0].Token);
        Assert.Equal(expected - 20, step.Alternatives[1].LogProbability, 1e-4);
    }

    private static string TextOf(int[] tokens) => string.Concat(tokens.Select(token => (char)('0' + token - 1)));
}
