using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Sensitivity.Detectors;

namespace Signalbox.Sensitivity.Injection;

/// <summary>Adds up what speaks for a prompt injection. A signal to act on by configuration, never a proof.</summary>
internal sealed class InjectionDetector(InjectionConfig config)
{
    private const double WorthTelling = 0.2;

    public InjectionScore Begin() => default;

    public void Read(in Passage passage, InjectionRole role, ref InjectionScore score)
    {
        switch (role)
        {
            case InjectionRole.Trusted:
                GuardedTopics.Read(passage, ref score);
                break;
            case InjectionRole.User or InjectionRole.Data:
                var cues = WordCues.Find(passage, score) | TextCues.Find(passage.Text);
                if (config.MaxTokens is { } most && TokenEstimate.OfText(passage.Text.Length) > most)
                {
                    cues |= 1u << (int)InjectionCue.UnusualLength;
                }

                score.Offer(cues);
                break;
        }
    }

    public InjectionSignal Judge(in InjectionScore score)
    {
        var value = InjectionCues.Score(score.Sum);
        if (value < Math.Min(WorthTelling, config.Threshold) || score.Cues == 0)
        {
            return InjectionSignal.None;
        }

        var cues = new List<InjectionCue>();
        for (var i = 0; i < InjectionCues.Count; i++)
        {
            if ((score.Cues >> i & 1) != 0)
            {
                cues.Add((InjectionCue)i);
            }
        }

        cues.Sort(static (a, b) => InjectionCues.Weight(b).CompareTo(InjectionCues.Weight(a)));
        return new InjectionSignal(Math.Round(value, 3), value >= config.Threshold, config.Action, cues.ConvertAll(InjectionCues.Name));
    }
}
