using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Faults;

/// <summary>When the next target is tried, and when it must not be.</summary>
public sealed class FallbackTests(FaultBench bench) : IClassFixture<FaultBench>
{
    public static TheoryData<string, string, bool> BeforeOutput()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var fault in Fault.BeforeOutput)
        {
            foreach (var caller in FaultBench.Dialects)
            {
                AddWhere(fault.InStreams, true);
                // One complete answer that is late takes two seconds; the callers' protocols make no difference to the wait.
                AddWhere(fault.InCompletes && (fault.Provider != "late" || caller == "openai-chat"), false);

                void AddWhere(bool applies, bool stream)
                {
                    if (applies)
                    {
                        data.Add(fault.Name, caller, stream);
                    }
                }
            }
        }

        return data;
    }

    public static TheoryData<string, string> AfterOutput()
    {
        var data = new TheoryData<string, string>();
        foreach (var fault in Fault.AfterOutput)
        {
            foreach (var caller in FaultBench.Dialects)
            {
                data.Add(fault.Name, caller);
            }
        }

        return data;
    }

    public static TheoryData<int, string, string, bool> Statuses()
    {
        var data = new TheoryData<int, string, string, bool>();
        foreach (var caller in FaultBench.Dialects)
        {
            foreach (var (status, word, moves) in ((int, string, bool)[])
            [
                (400, "invalid_request", false), (422, "invalid_request", false),
                (401, "authentication", true), (403, "permission", true), (404, "not_found", true), (408, "upstream_timeout", true),
                (409, "upstream_unavailable", true), (429, "rate_limited", true), (500, "upstream_unavailable", true),
                (502, "upstream_unavailable", true), (503, "overloaded", true), (504, "upstream_timeout", true), (529, "overloaded", true),
            ])
            {
                data.Add(status, word, caller, moves);
            }
        }

        return data;
    }

    public static TheoryData<string, string, string> OfTheModel()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var caller in FaultBench.Dialects)
        {
            data.Add(caller, "context_length", "prompt is too long: 9000 tokens > 8000 maximum");
            data.Add(caller, "content_filtered", "The prompt was stopped by the content management policy.");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(BeforeOutput))]
    public async Task Before_the_first_output_the_next_target_answers_unseen(string name, string caller, bool stream)
    {
        var fault = Fault.Of(name, after: false);
        var asked = Wire.Of(caller);
        foreach (var (first, second) in Orders(asked))
        {
            bench.Upstream.Behaviour = call => fault.Act(call, first, stream);
            var calls = SetSecond(second, stream);

            var answer = await bench.AskAsync(asked, $"{fault.Provider}-{first}--second-{second}", stream);

            Assert.Equal((200, null, 1), (answer.Status, answer.ErrorWord, calls()));
            Assert.Equal(("2", $"second-{second}/m"), (answer.Headers["x-signalbox-attempts"], answer.Headers["x-signalbox-model"]));
            var walked = asked.Walk(answer, stream);
            Assert.Equal((Wire.SampleText, true, null), (walked.Text.ToString(), walked.HasCleanEnd, walked.Error));
        }
    }

    [Theory]
    [MemberData(nameof(AfterOutput))]
    public async Task After_the_first_output_no_other_target_is_tried(string name, string caller)
    {
        var fault = Fault.Of(name, after: true);
        var asked = Wire.Of(caller);
        foreach (var (first, second) in Orders(asked))
        {
            bench.Upstream.Behaviour = call => fault.Act(call, first, true);
            var calls = SetSecond(second, true);

            var answer = await bench.AskAsync(asked, $"{fault.Provider}-{first}--second-{second}", stream: true);

            Assert.Equal((200, 0), (answer.Status, calls()));
            Assert.Equal(("1", $"{fault.Provider}-{first}/m"), (answer.Headers["x-signalbox-attempts"], answer.Headers["x-signalbox-model"]));
            FaultTests.MustHaveBroken(asked, answer, fault);
        }
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task A_status_moves_on_unless_the_request_itself_is_wrong(int status, string word, string caller, bool moves)
    {
        var asked = Wire.Of(caller);
        foreach (var (first, second) in Orders(asked))
        {
            foreach (var stream in (bool[])[true, false])
            {
                bench.Upstream.Behaviour = call => call.AnswerAsync(status, "application/json", first.Error(Fault.Message));
                var calls = SetSecond(second, stream);

                var answer = await bench.AskAsync(asked, $"p-{first}--second-{second}", stream);

                Assert.Equal((moves ? 1 : 0, moves ? "2" : "1"), (calls(), answer.Headers["x-signalbox-attempts"]));
                Assert.Equal(moves ? null : word, answer.ErrorWord);
                if (!moves)
                {
                    Assert.Equal(status, answer.Status);
                    Assert.Contains(Fault.Message, asked.Walk(answer, stream: false).Error, StringComparison.Ordinal);
                }

                var alone = await bench.AskAsync(asked, $"p-{first}/m", stream);
                Assert.Equal(word, alone.ErrorWord);
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
            foreach (var stream in (bool[])[true, false])
            {
                bench.Upstream.Behaviour = call => call.AnswerAsync(400, "application/json", first.Error(message));
                var calls = SetSecond(second, stream);

                var plain = await bench.AskAsync(asked, $"p-{first}--second-{second}", stream);
                Assert.Equal((word, 400, 0), (plain.ErrorWord, plain.Status, calls()));

                // The route's other model is passed over: only the fallback was declared for this.
                var declared = await bench.AskAsync(asked, $"p-{first}--else-second-{second}", stream);
                Assert.Equal((200, "2", 1), (declared.Status, declared.Headers["x-signalbox-attempts"], calls()));
                Assert.Equal(Wire.SampleText, asked.Walk(declared, stream).Text.ToString());
            }
        }
    }

    [Theory]
    [MemberData(nameof(FaultTests.Pairs), MemberType = typeof(FaultTests))]
    public async Task When_every_target_fails_the_caller_is_told_of_the_last(string caller, string upstream)
    {
        var (asked, spoken) = (Wire.Of(caller), Wire.Of(upstream));
        bench.Upstream.Behaviour = static call => call.AnswerAsync(503, "text/plain", "no");
        bench.Upstream.On($"second-{upstream}", call => call.AnswerAsync(429, "application/json", spoken.Error(Fault.Message)));

        var answer = await bench.AskAsync(asked, $"p-{caller}--second-{upstream}", stream: true);

        Assert.Equal(("rate_limited", 429, "2"), (answer.ErrorWord, answer.Status, answer.Headers["x-signalbox-attempts"]));
    }

    /// <summary>A relayed target before a translated one, and the other way round.</summary>
    private static IEnumerable<(Wire First, Wire Second)> Orders(Wire caller) =>
        [(caller, FaultBench.Other(caller)), (FaultBench.Other(caller), caller)];

    /// <summary>Lets the second target answer well; gives how often it was asked.</summary>
    private Func<int> SetSecond(Wire second, bool stream)
    {
        var calls = 0;
        bench.Upstream.On($"second-{second}", call =>
        {
            Interlocked.Increment(ref calls);
            return Fault.AnswerAsync(call, second, stream);
        });
        return () => Volatile.Read(ref calls);
    }
}
