using System.Text;
using Signalbox.Dialects;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Faults;

/// <summary>Every fault of a provider, between every caller's and every provider's protocol.</summary>
public sealed class FaultTests(FaultBench bench) : IClassFixture<FaultBench>
{
    public static TheoryData<string, string, string, bool> BeforeOutput()
    {
        var data = new TheoryData<string, string, string, bool>();
        foreach (var fault in Fault.BeforeOutput)
        {
            foreach (var caller in Wire.All)
            {
                // Complete answers are waited for twenty times as long: two upstreams of each caller are enough there.
                foreach (var upstream in Wire.All)
                {
                    var isSlow = fault.Provider == "late" && upstream != caller && upstream != FaultBench.Other(caller);
                    Add(data, fault.InStreams, fault, caller, upstream, true);
                    Add(data, fault.InCompletes && !isSlow, fault, caller, upstream, false);
                }
            }
        }

        return data;
    }

    public static TheoryData<string, string, string> AfterOutput()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var fault in Fault.AfterOutput)
        {
            foreach (var caller in FaultBench.Dialects)
            {
                foreach (var upstream in FaultBench.Dialects)
                {
                    data.Add(fault.Name, caller, upstream);
                }
            }
        }

        return data;
    }

    public static TheoryData<string, string> Pairs()
    {
        var data = new TheoryData<string, string>();
        foreach (var caller in FaultBench.Dialects)
        {
            foreach (var upstream in FaultBench.Dialects)
            {
                data.Add(caller, upstream);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(BeforeOutput))]
    public async Task Before_the_first_output_a_fault_is_an_error_in_the_callers_own_shape(string name, string caller, string upstream, bool stream)
    {
        var fault = Fault.Of(name, after: false);
        var (asked, spoken) = (Wire.Of(caller), Wire.Of(upstream));
        bench.Upstream.Behaviour = call => fault.Act(call, spoken, stream);

        var answer = await bench.AskAsync(asked, $"{fault.Provider}-{upstream}/m", stream);

        Assert.False(answer.Broke);
        Assert.InRange(answer.Status, 500, 504);
        Assert.Equal(fault.WordFor(spoken, stream), answer.ErrorWord);
        Assert.Equal("1", answer.Headers["x-signalbox-attempts"]);
        Assert.StartsWith("application/json", answer.ContentType, StringComparison.Ordinal);
        var message = asked.ErrorMessage(answer);
        Assert.NotEmpty(message);
        Assert.Equal(fault.ShowsMessage, message.Contains(Fault.Message, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(AfterOutput))]
    public async Task After_the_first_output_a_fault_is_an_error_in_the_stream_and_never_a_clean_end(string name, string caller, string upstream)
    {
        var fault = Fault.Of(name, after: true);
        var (asked, spoken) = (Wire.Of(caller), Wire.Of(upstream));
        bench.Upstream.Behaviour = call => fault.Act(call, spoken, true);

        var answer = await bench.AskAsync(asked, $"{fault.Provider}-{upstream}/m", stream: true);

        Assert.Equal(200, answer.Status);
        Assert.False(answer.Broke);
        Assert.Null(answer.ErrorWord);
        MustHaveBroken(asked, answer, fault);
        var record = Assert.Single(bench.Gateway.Journal.ToList(), record => record.RequestId == answer.Headers["x-signalbox-request-id"]);
        Assert.Equal(fault.WordFor(spoken, true), record.Error is { } kind ? GatewayError.WordOf(kind) : null);
        Assert.False(record.IsCancelled);
        Assert.NotNull(record.Usage);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_stream_that_is_finished_stays_finished_when_its_connection_breaks_afterwards(string caller, string upstream)
    {
        var (asked, spoken) = (Wire.Of(caller), Wire.Of(upstream));
        bench.Upstream.Behaviour = async call =>
        {
            await Fault.SendAsync(call, spoken, spoken.Pieces.Count);
            throw new CutException();
        };

        var answer = await bench.AskAsync(asked, $"p-{upstream}/m", stream: true);

        var walked = asked.WalkStream(answer.Text);
        Assert.Equal((Wire.SampleText, true, null), (walked.Text.ToString(), walked.HasCleanEnd, walked.Error));
        Assert.False(answer.Broke);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_connection_that_is_reset_in_the_middle_of_a_stream_is_an_error_in_the_stream(string caller, string upstream)
    {
        var (asked, spoken) = (Wire.Of(caller), Wire.Of(upstream));
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var fault = new Fault("reset", "stream_truncated", async (call, wire, _) =>
        {
            await Fault.SendAsync(call, wire, wire.TextPiece + 1);
            await started.Task;
            call.Cut();
        });
        bench.Upstream.Behaviour = call => fault.Act(call, spoken, true);

        using var response = await bench.Gateway.StartAsync(asked.Path($"p-{upstream}/m", true), Encoding.UTF8.GetBytes(asked.Request($"p-{upstream}/m", true)));
        started.SetResult();
        var answer = await CallerAnswer.ReadAsync(response);

        Assert.False(answer.Broke);
        MustHaveBroken(asked, answer, fault);
    }

    /// <summary>The caller has the first piece of text, an explicit error, and no sign of an end.</summary>
    internal static void MustHaveBroken(Wire caller, CallerAnswer answer, Fault fault)
    {
        var walked = caller.WalkStream(answer.Text);
        Assert.StartsWith("Hello", walked.Text.ToString(), StringComparison.Ordinal);
        Assert.False(walked.HasCleanEnd, answer.Text);
        Assert.Null(walked.Finish);
        Assert.False(string.IsNullOrEmpty(walked.Error), answer.Text);
        Assert.Equal(fault.ShowsMessage, walked.Error.Contains(Fault.Message, StringComparison.Ordinal));
        foreach (var end in (string[])["[DONE]", "message_stop", "\"done\":true", "response.completed", "finishReason", "\"finish_reason\":\""])
        {
            Assert.DoesNotContain(end, answer.Text, StringComparison.Ordinal);
        }
    }

    private static void Add(TheoryData<string, string, string, bool> data, bool applies, Fault fault, Wire caller, Wire upstream, bool stream)
    {
        if (applies)
        {
            data.Add(fault.Name, caller.Dialect, upstream.Dialect, stream);
        }
    }
}
