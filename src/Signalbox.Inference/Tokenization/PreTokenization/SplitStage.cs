namespace Signalbox.Inference.Tokenization.PreTokenization;

/// <summary>
/// One pattern of a split rule, looked for in every piece that the patterns before it left: each match becomes a piece, and what lies between two
/// matches becomes one too. No stage looks at a character more than a few times, whatever the text.
/// </summary>
internal abstract class SplitStage
{
    /// <summary>Splits one piece and appends the end of each part.</summary>
    public virtual void Split(CodePointText text, int start, int end, List<int> ends)
    {
        var taken = start;
        for (var at = start; at < end;)
        {
            var matchEnd = Match(text, at, end);
            if (matchEnd <= at)
            {
                at++;
                continue;
            }

            if (at > taken)
            {
                ends.Add(at);
            }

            ends.Add(matchEnd);
            at = taken = matchEnd;
        }

        if (taken < end)
        {
            ends.Add(end);
        }
    }

    /// <summary>Where a match that begins here ends; <paramref name="at"/> or less without one.</summary>
    protected abstract int Match(CodePointText text, int at, int end);
}
