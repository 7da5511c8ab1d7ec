using Signalbox.Dialects;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Ledger;

namespace Signalbox.FunctionalTests.FaultMatrix;

/// <summary>What came of one cell.</summary>
internal sealed record CellOutcome(MatrixCell Cell, CallerAnswer Answer, int FirstCalls, int SecondCalls, IReadOnlyList<UsageRecord> Records);

/// <summary>The promises, one by one.</summary>
internal static class CellCheck
{
    /// <summary>The text that the caller has had when the fault comes after the commit point.</summary>
    private const string PartialText = "Hello";

    private static readonly string[] CleanEnds = ["[DONE]", "message_stop", "\"done\":true", "response.completed", "finishReason", "\"finish_reason\":\"", "\"stop_reason\":\""];

    /// <summary>Events that begin an answer: none comes twice.</summary>
    private static readonly string[] Beginnings = ["event: response.created", "event: response.in_progress", "event: message_start", "\"role\":\"assistant\",\"content\":\"\"}"];

    /// <summary>What is not as promised; null when all of it is.</summary>
    public static string? ComplaintOf(CellOutcome outcome)
    {
        try
        {
            Check(outcome);
            return null;
        }
        catch (Exception e)
        {
            var text = outcome.Answer.Text;
            return $"{outcome.Cell}\n  {e.Message.ReplaceLineEndings("\n  ")}\n  answer {outcome.Answer.Status} {outcome.Answer.ErrorWord}: {text[..Math.Min(text.Length, 600)]}";
        }
    }

    private static void Check(CellOutcome outcome)
    {
        Assert.False(outcome.Answer.Broke, "the caller's connection was cut");
        var record = Assert.Single(outcome.Records);
        Assert.False(record.IsCancelled);
        if (outcome.Cell.Phase == Phase.StreamAfter)
        {
            MustEndInAnError(outcome, record);
        }
        else if (outcome.Cell.AllFail)
        {
            MustBeRefused(outcome, record);
        }
        else
        {
            MustBeGood(outcome, record);
        }
    }

    private static void MustBeGood(CellOutcome outcome, UsageRecord record)
    {
        var (cell, answer) = (outcome.Cell, outcome.Answer);
        Assert.Equal((200, null), (answer.Status, answer.ErrorWord));
        var walked = cell.Caller.Walk(answer, cell.IsStream);
        Assert.Equal((Wire.SampleText, true, "stop", 0, 0), (walked.Text.ToString(), walked.HasCleanEnd, walked.Finish, walked.Errors, walked.Calls.Count));
        var isRetried = cell.Recovers && cell.Fault.IsRetried(cell.First, cell.Phase);
        var model = $"{(isRetried ? cell.Broken : cell.Next)}/m";
        Assert.Equal(("2", model, cell.Route), (answer.Headers["x-signalbox-attempts"], answer.Headers["x-signalbox-model"], answer.Headers["x-signalbox-route"]));
        // A call that is given up after a tenth of a second may never have arrived on a busy machine.
        var firstCalls = isRetried ? 2 : cell.Fault.Address is null ? 1 : 0;
        Assert.InRange(outcome.FirstCalls, cell.Fault.IsSlow ? 0 : firstCalls, firstCalls);
        Assert.Equal(isRetried ? 0 : 1, outcome.SecondCalls);
        Assert.Equal((null, 2, model), (record.Error, record.Attempts, record.Model));
        Assert.Equal((9L, 2L, false), (record.Usage?.InputTokenCount, record.Usage?.OutputTokenCount, record.IsEstimated));
    }

    private static void MustBeRefused(CellOutcome outcome, UsageRecord record)
    {
        var (cell, answer) = (outcome.Cell, outcome.Answer);
        var word = cell.Fault.WordFor(cell.First, cell.Phase);
        Assert.Equal(word, answer.ErrorWord);
        Assert.Contains(answer.Status, cell.Fault.StatusesFor(cell, word));
        Assert.StartsWith("application/json", answer.ContentType, StringComparison.Ordinal);
        var message = cell.Caller.ErrorMessage(answer);
        Assert.NotEmpty(message);
        Assert.Equal(cell.Fault.ShowsMessage, message.Contains(MatrixFault.Message, StringComparison.Ordinal));
        Assert.Equal("2", answer.Headers["x-signalbox-attempts"]);
        Assert.Equal((word, 2, null), (record.Error is { } kind ? GatewayError.WordOf(kind) : null, record.Attempts, record.Usage));
    }

    private static void MustEndInAnError(CellOutcome outcome, UsageRecord record)
    {
        var (cell, answer) = (outcome.Cell, outcome.Answer);
        Assert.Equal((200, null, 0), (answer.Status, answer.ErrorWord, outcome.SecondCalls));
        Assert.Equal(("1", $"{cell.Broken}/m"), (answer.Headers["x-signalbox-attempts"], answer.Headers["x-signalbox-model"]));
        var walked = cell.Caller.WalkStream(answer.Text);
        Assert.Equal((PartialText, false, null, 1), (walked.Text.ToString(), walked.HasCleanEnd, walked.Finish, walked.Errors));
        Assert.NotEmpty(walked.Error!);
        Assert.Equal(cell.Fault.ShowsMessage, walked.Error!.Contains(MatrixFault.Message, StringComparison.Ordinal));
        Assert.All(CleanEnds, end => Assert.DoesNotContain(end, answer.Text, StringComparison.Ordinal));
        Assert.All(Beginnings, begin => Assert.InRange(answer.Text.Split(begin).Length, 1, 2));
        Assert.All(walked.Calls, static call => Assert.StartsWith(call.Arguments.ToString(), CutCalls.Arguments, StringComparison.Ordinal));
        Assert.Equal(cell.Fault.WordFor(cell.First, cell.Phase), record.Error is { } kind ? GatewayError.WordOf(kind) : null);
        Assert.Equal((1, true), (record.Attempts, record.Usage is not null));
    }
}
