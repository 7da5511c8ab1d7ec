using System.Runtime.CompilerServices;
using Signalbox.Sensitivity.Detectors;

namespace Signalbox.Sensitivity.Injection;

/// <summary>What has been seen of a request so far: what its instructions guard, and the text that looks most like an injection.</summary>
internal struct InjectionScore
{
    private GuardedWords _guarded;
    private int _guardedCount;

    /// <summary>Sum of the weights in the most suspicious text.</summary>
    public double Sum { get; private set; }

    /// <summary>The cues of that text, a bit each.</summary>
    public uint Cues { get; private set; }

    /// <summary>What the guarded sentences speak of.</summary>
    public WordClass Guarded { get; set; }

    public readonly bool HasGuard => _guardedCount > 0 || Guarded != WordClass.None;

    public void AddGuarded(ulong word)
    {
        if (_guardedCount < GuardedWords.Size && !IsGuarded(word))
        {
            _guarded[_guardedCount++] = word;
        }
    }

    /// <summary>Few words are guarded: one of them names the topic.</summary>
    public readonly bool IsNarrow => _guardedCount <= 12;

    public readonly bool IsGuarded(ulong word)
    {
        ReadOnlySpan<ulong> words = _guarded;
        return words[.._guardedCount].Contains(word);
    }

    public void Offer(uint cues)
    {
        var sum = 0.0;
        for (var i = 0; i < InjectionCues.Count; i++)
        {
            sum += (cues >> i & 1) != 0 ? InjectionCues.Weight((InjectionCue)i) : 0;
        }

        if (sum > Sum)
        {
            (Sum, Cues) = (sum, cues);
        }
    }

    [InlineArray(Size)]
    private struct GuardedWords
    {
        public const int Size = 48;
        private ulong _first;
    }
}
