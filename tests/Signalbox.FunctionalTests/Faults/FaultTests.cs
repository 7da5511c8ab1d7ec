using System.Text;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Faults;

/// <summary>Connections that break at a moment which the fault matrix does not have.</summary>
public sealed class FaultTests
{
    [Theory]
    [MemberData(nameof(FaultPair.Pairs), MemberType = typeof(FaultPair))]
    public async Task A_stream_that_is_finished_stays_finished_when_its_connection_breaks_afterwards(string caller, string upstream)
    {
        var (asked, spoken) = (Wire.Of(caller), Wire.Of(upstream));
        await using var pair = await FaultPair.StartAsync(asked, spoken, spoken, async call =>
        {
            await Good.SendAsync(call, spoken, spoken.Pieces.Count);
            throw new CutException();
        });

        var answer = await pair.AskAsync("both", stream: true);

        var walked = asked.WalkStream(answer.Text);
        Assert.Equal((Wire.SampleText, true, null), (walked.Text.ToString(), walked.HasCleanEnd, walked.Error));
        Assert.Equal((false, 0), (answer.Broke, pair.SecondCalls));
    }

    [Theory]
    [MemberData(nameof(FaultPair.Pairs), MemberType = typeof(FaultPair))]
    public async Task A_connection_that_is_reset_in_the_middle_of_a_stream_is_an_error_in_the_stream(string caller, string upstream)
    {
        var (asked, spoken) = (Wire.Of(caller), Wire.Of(upstream));
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await FaultPair.StartAsync(asked, spoken, spoken, async call =>
        {
            await Good.SendAsync(call, spoken, spoken.TextPiece + 1);
            await started.Task;
            call.Cut();
        });

        using var response = await pair.Gateway.StartAsync(asked.Path("both", true), Encoding.UTF8.GetBytes(asked.Request("both", true)));
        started.SetResult();
        var answer = await CallerAnswer.ReadAsync(response);

        var walked = asked.WalkStream(answer.Text);
        Assert.Equal(("Hello", false, null, 1), (walked.Text.ToString(), walked.HasCleanEnd, walked.Finish, walked.Errors));
        Assert.Equal((false, 0), (answer.Broke, pair.SecondCalls));
    }
}
