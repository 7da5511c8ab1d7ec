using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Faults;

/// <summary>When the next target must not be tried, and what the caller is told. (The fault matrix has when it is.)</summary>
public sealed class FallbackTests
{
    private const string Message = "The engine broke.";

    public static TheoryData<string, int> OfTheCaller()
    {
        var data = new TheoryData<string, int>();
        foreach (var caller in FaultPair.Dialects)
        {
            data.Add(caller, 400);
            data.Add(caller, 422);
        }

        return data;
    }

    public static TheoryData<string, string, string> OfTheModel()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var caller in FaultPair.Dialects)
        {
            data.Add(caller, "context_length", "prompt is too long: 9000 tokens > 8000 maximum");
            data.Add(caller, "content_filtered", "The prompt was stopped by the content management policy.");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(OfTheCaller))]
    public async Task What_is_wrong_with_the_request_itself_is_refused_at_once(string caller, int status)
    {
        var asked = Wire.Of(caller);
        foreach (var (first, second) in Orders(asked))
        {
            await using var pair = await FaultPair.StartAsync(asked, first, second, call => call.AnswerAsync(status, "application/json", first.Error(Message)));
            foreach (var stream in (bool[])[true, false])
            {
                var answer = await pair.AskAsync("both", stream);

                Assert.Equal((status, "invalid_request", "1", 0), (answer.Status, answer.ErrorWord, answer.Headers["x-signalbox-attempts"], pair.SecondCalls));
                Assert.Contains(Message, asked.Walk(answer, stream: false).Error, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(OfTheModel))]
    public async Task What_another_model_might_take_goes_to_declared_fallbacks_only(string caller, string word, string message)
    {
        var asked = Wire.Of(caller);
        foreach (var (first, second) in Orders(asked))
        {
            await using var pair = await FaultPair.StartAsync(asked, first, second, call => call.AnswerAsync(400, "application/json", first.Error(message)));
            foreach (var stream in (bool[])[true, false])
            {
                var asking = pair.SecondCalls;
                var plain = await pair.AskAsync("both", stream);
                Assert.Equal((word, 400, asking), (plain.ErrorWord, plain.Status, pair.SecondCalls));

                // The route's other model is passed over: only the fallback was declared for this.
                var declared = await pair.AskAsync("declared", stream);
                Assert.Equal((200, "2", asking + 1), (declared.Status, declared.Headers["x-signalbox-attempts"], pair.SecondCalls));
                Assert.Equal(Wire.SampleText, asked.Walk(declared, stream).Text.ToString());
            }
        }
    }

    [Theory]
    [MemberData(nameof(FaultPair.Pairs), MemberType = typeof(FaultPair))]
    public async Task When_every_target_fails_the_caller_is_told_of_the_last(string caller, string upstream)
    {
        var (asked, spoken) = (Wire.Of(caller), Wire.Of(upstream));
        await using var pair = await FaultPair.StartAsync(
            asked, asked, spoken, static call => call.AnswerAsync(503, "text/plain", "no"), call => call.AnswerAsync(429, "application/json", spoken.Error(Message)));

        var answer = await pair.AskAsync("both", stream: true);

        Assert.Equal(("rate_limited", 429, "2"), (answer.ErrorWord, answer.Status, answer.Headers["x-signalbox-attempts"]));
    }

    /// <summary>A relayed target before a translated one, and the other way round.</summary>
    private static IEnumerable<(Wire First, Wire Second)> Orders(Wire caller)
    {
        var other = Wire.All[(Wire.All.ToList().IndexOf(caller) + 1) % Wire.All.Count];
        return [(caller, other), (other, caller)];
    }
}
