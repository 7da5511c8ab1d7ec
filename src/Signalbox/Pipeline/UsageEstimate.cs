using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Pipeline;

/// <summary>What an answer used when its provider states no counts: an aborted stream must not be free.</summary>
internal static class UsageEstimate
{
    public static UsageDetails Of(DialectRequest request, AnswerNotes notes)
    {
        var input = TokenEstimate.OfRequest(request);
        var output = TokenEstimate.OfText(notes.TextLength);
        return new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = (long)input + output };
    }

    /// <summary>
    /// What a broken-off answer used. Counts that came before its end are of its beginning (some providers state one token of output
    /// with the first event), so what has been delivered counts where that is more.
    /// </summary>
    public static UsageDetails OfUnfinished(UsageDetails stated, DialectRequest request, AnswerNotes notes)
    {
        var estimate = Of(request, notes);
        var usage = new UsageDetails();
        usage.Add(stated);
        usage.InputTokenCount ??= estimate.InputTokenCount;
        usage.OutputTokenCount = Math.Max(usage.OutputTokenCount ?? 0, estimate.OutputTokenCount!.Value);
        usage.TotalTokenCount = usage.InputTokenCount + usage.OutputTokenCount;
        return usage;
    }
}
