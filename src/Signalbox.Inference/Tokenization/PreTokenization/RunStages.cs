namespace Signalbox.Inference.Tokenization.PreTokenization;

/// <summary>What may stand before a run and belongs to it.</summary>
internal enum RunPrefix
{
    None,

    /// <summary>One space, U+0020.</summary>
    Space,

    /// <summary>One character of white space.</summary>
    AnySpace,
}

/// <summary>Runs of a set: <c>[...]+</c>, <c>[...]{1,3}</c>, <c>\s?[...]+</c>.</summary>
/// <param name="set">Of what.</param>
/// <param name="longest">Characters in one match.</param>
/// <param name="shortest">A shorter run is no match.</param>
/// <param name="prefix">What may stand before it.</param>
internal sealed class RunStage(CodePointSet set, int longest = int.MaxValue, int shortest = 1, RunPrefix prefix = RunPrefix.None) : SplitStage
{
    protected override int Match(CodePointText text, int at, int end)
    {
        var first = HasPrefix(text, at) && at + 1 < end && set.Contains(text, at + 1) ? at + 1 : at;
        var last = (int)Math.Min(end, (long)first + longest);
        var match = first;
        while (match < last && set.Contains(text, match))
        {
            match++;
        }

        return match - first >= shortest ? match : at;
    }

    private bool HasPrefix(CodePointText text, int at) => prefix switch
    {
        RunPrefix.Space => text.CodePoints[at] == ' ',
        RunPrefix.AnySpace => (text.Classes[at] & CharacterClass.Space) != 0,
        _ => false,
    };
}

/// <summary><c>\s+$</c>: the white space that ends a piece.</summary>
internal sealed class TrailingSpaceStage : SplitStage
{
    public override void Split(CodePointText text, int start, int end, List<int> ends)
    {
        var space = end;
        while (space > start && text.Is(space - 1, end, CharacterClass.Space))
        {
            space--;
        }

        if (space > start)
        {
            ends.Add(space);
        }

        if (space < end)
        {
            ends.Add(end);
        }
    }

    protected override int Match(CodePointText text, int at, int end) => at;
}

/// <summary>Cuts runs of numbers in threes from the right (1|234|567); what is before a run stays with its first group, as in llama.cpp.</summary>
internal sealed class DigitGroupStage : SplitStage
{
    public override void Split(CodePointText text, int start, int end, List<int> ends)
    {
        for (var at = start; at < end;)
        {
            var run = text.RunEnd(at, end, CharacterClass.Number);
            if (run == at)
            {
                at++;
                continue;
            }

            for (var cut = at + ((run - at - 1) % 3) + 1; cut <= run; cut += 3)
            {
                ends.Add(cut);
            }

            at = start = run;
        }

        if (start < end)
        {
            ends.Add(end);
        }
    }

    protected override int Match(CodePointText text, int at, int end) => at;
}

/// <summary><c>[^\n]+|\n+</c></summary>
internal sealed class LineStage : SplitStage
{
    protected override int Match(CodePointText text, int at, int end)
    {
        var line = text.CodePoints[at] == '\n';
        while (at < end && text.CodePoints[at] == '\n' == line)
        {
            at++;
        }

        return at;
    }
}
