using Signalbox.Inference.Sampling;
using Signalbox.Inference.Sessions;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class RequestCheckTests
{
    private static readonly GenerationRequest Good = new() { Prompt = [1, 2, 3] };

    [Fact]
    public void A_prompt_that_leaves_room_for_one_token_passes() => Assert.Null(RequestCheck.Check(Good, vocabularySize: 10, contextLength: 4));

    [Fact]
    public void A_prompt_that_fills_the_context_is_told_both_numbers()
    {
        var fault = RequestCheck.Check(Good, vocabularySize: 10, contextLength: 3);
        Assert.Equal(EngineFaultKind.ContextLength, fault?.Kind);
        Assert.Contains("3 tokens", fault!.Message);
        Assert.Contains("context 3", fault.Message);
    }

    [Fact]
    public void As_many_stop_texts_as_are_allowed_pass() =>
        Assert.Null(RequestCheck.Check(Good with { StopTexts = [.. Enumerable.Range(0, 64).Select(i => $"stop {i}")] }, vocabularySize: 10, contextLength: 100));

    public static TheoryData<string> Wrong => [.. Faulty.Keys];

    private static Dictionary<string, GenerationRequest> Faulty { get; } = new()
    {
        ["empty"] = Good with { Prompt = [] },
        ["token 10"] = Good with { Prompt = [1, 10] },
        ["token -1"] = Good with { Prompt = [-1] },
        ["no tokens"] = Good with { MaxTokens = 0 },
        ["alternatives"] = Good with { TopLogProbabilities = 21 },
        ["stop texts"] = Good with { StopTexts = [.. Enumerable.Range(0, 65).Select(i => $"stop {i}")] },
        ["temperature"] = Good with { Sampling = new SamplingOptions { Temperature = float.NaN } },
        ["negative temperature"] = Good with { Sampling = new SamplingOptions { Temperature = -1 } },
        ["top-k"] = Good with { Sampling = new SamplingOptions { TopK = -1 } },
        ["top-p"] = Good with { Sampling = new SamplingOptions { TopP = 1.5f } },
        ["min-p"] = Good with { Sampling = new SamplingOptions { MinP = float.NaN } },
        ["repetition"] = Good with { Sampling = new SamplingOptions { RepetitionPenalty = 0 } },
        ["presence"] = Good with { Sampling = new SamplingOptions { PresencePenalty = float.PositiveInfinity } },
        ["window"] = Good with { Sampling = new SamplingOptions { PenaltyWindow = -1 } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_makes_no_sense_is_refused(string name) =>
        Assert.Equal(EngineFaultKind.InvalidRequest, RequestCheck.Check(Faulty[name], vocabularySize: 10, contextLength: 100)?.Kind);
}
