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
}
