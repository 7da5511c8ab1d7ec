using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Sensitivity.Detectors;
using Signalbox.Sensitivity.Injection;

namespace Signalbox.Sensitivity;

/// <summary>
/// Labels requests by what is in them. Built once per configuration; immutable, so that all requests share it. It reads every
/// text once for known words and once, vectorised, for digits and at signs, and takes time linear in the text.
/// </summary>
internal sealed class SensitivityDetector(SensitivityConfig config)
{
    private const int MostFindings = 256;
    private const int WordsOnStack = 64;

    private readonly SensitivityLabel[] _labels = SensitivityKinds.Labels(config.Labels);
    private readonly InjectionDetector _injections = new(config.Injection);
    private readonly UserDetector? _user = config.Patterns.Count + config.Words.Count > 0 ? new UserDetector(config) : null;

    public SensitivityConfig Config => config;

    /// <summary>Looks at everything textual that would leave with a request. When a detector fails, the request counts as confidential.</summary>
    public SensitivityReport Inspect(DialectRequest request)
    {
        if (!config.Enabled)
        {
            return SensitivityReport.Nothing;
        }

        try
        {
            var inspection = new RequestInspection(this, new FindingSink(_labels, MostFindings), _injections.Begin());
            inspection.Read(request);
            return Report(inspection.Found, inspection.Score);
        }
        catch (Exception e)
        {
            return SensitivityReport.Failed($"the inspection failed with {e.GetType().Name}");
        }
    }

    /// <summary>Looks at one text, as if a user had said it.</summary>
    public SensitivityReport Inspect(ReadOnlySpan<char> text)
    {
        if (!config.Enabled)
        {
            return SensitivityReport.Nothing;
        }

        try
        {
            var found = new FindingSink(_labels, MostFindings);
            var score = _injections.Begin();
            Read(text, InjectionRole.User, ref found, ref score);
            return Report(found, score);
        }
        catch (Exception e)
        {
            return SensitivityReport.Failed($"the inspection failed with {e.GetType().Name}");
        }
    }

    /// <summary>Every finding of a text, for whoever is going to replace them.</summary>
    internal List<SensitivityFinding> FindAll(ReadOnlySpan<char> text)
    {
        var found = new FindingSink(_labels, int.MaxValue);
        var score = _injections.Begin();
        Read(text, InjectionRole.Trusted, ref found, ref score);
        return found.Findings ?? [];
    }

    internal void Read(ReadOnlySpan<char> text, InjectionRole role, ref FindingSink found, ref InjectionScore score)
    {
        if (text.IsEmpty)
        {
            return;
        }

        var words = new WordHits(stackalloc WordHit[WordsOnStack]);
        try
        {
            Lexicon.Instance.Find(text, ref words);
            var passage = new Passage(text, words.All);
            SignDetector.Find(passage, ref found);
            WordDetector.Find(passage, ref found);
            CredentialDetector.FindKeys(text, ref found);
            _user?.Find(text, ref found);
            _injections.Read(passage, role, ref score);
        }
        finally
        {
            words.Dispose();
        }
    }

    private SensitivityReport Report(in FindingSink found, in InjectionScore score)
    {
        var signal = _injections.Judge(score);
        return found.Count == 0 && ReferenceEquals(signal, InjectionSignal.None)
            ? SensitivityReport.Nothing
            : new SensitivityReport(found.Label, found.Findings ?? [], signal) { Count = found.Count };
    }
}
