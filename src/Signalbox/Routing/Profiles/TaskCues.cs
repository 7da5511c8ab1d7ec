using System.Globalization;

namespace Signalbox.Routing.Profiles;

/// <summary>The words that speak for tasks, from tasks.txt, as one tree of letters that a prompt is walked along. Read when first needed.</summary>
internal sealed class TaskCues
{
    private const char StemMark = '*';
    private const string LanguageMark = "{lang}";

    /// <summary>A cue in the middle of a long prompt is more likely part of the material than of the request.</summary>
    private const int PlainlyAsked = 200;

    private const float WithinMaterial = 0.45f;
    private const float LaterSentence = 0.6f;

    private static readonly Lazy<TaskCues> Shared = new(static () => new TaskCues());

    private readonly Dictionary<int, int> _children = new(16384);
    private readonly List<Cue?> _cues = [null];

    private TaskCues()
    {
        using var stream = typeof(TaskCues).Assembly.GetManifestResourceStream("profiles/tasks.txt")!;
        using var reader = new StreamReader(stream);
        var languages = new List<string>();
        var section = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('['))
            {
                section = line.Trim('[', ']');
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                Read(section, line, languages);
            }
        }
    }

    public static TaskCues Instance => Shared.Value;

    /// <summary>Adds what the cues of a text say to the scores, in the order of <see cref="TaskNames.All"/>.</summary>
    public void Score(in CueText prompt, Span<float> scores)
    {
        Span<int> found = stackalloc int[TaskNames.All.Count];
        found.Clear();
        var text = prompt.Text;
        for (var at = 1; at < text.Length; at++)
        {
            if (text[at - 1] is not (' ' or CueText.SentenceStart))
            {
                continue;
            }

            var place = PlaceOf(at, prompt);
            Walk(text, at, text[at] == CueText.SentenceStart && at > 1 ? place * LaterSentence : place, scores, found);
        }
    }

    private static float PlaceOf(int at, in CueText prompt) =>
        at < PlainlyAsked || prompt.Text.Length - at < PlainlyAsked ? 1 : WithinMaterial;

    /// <summary>Each further cue for the same task says less than the one before it.</summary>
    private void Walk(ReadOnlySpan<char> text, int at, float place, Span<float> scores, Span<int> found)
    {
        var node = 0;
        Cue? best = null;
        for (var i = at; i < text.Length && text[i] < 128 && _children.TryGetValue(Key(node, text[i]), out node); i++)
        {
            var cue = _cues[node];
            if (cue is not null && !(best?.Weight >= cue.Weight) && (cue.IsStem || (i + 1 < text.Length && text[i + 1] == ' ')))
            {
                best = cue;
            }
        }

        for (; best is not null; best = best.Next)
        {
            scores[best.Task] += best.Weight * place / (1 + (0.5f * found[best.Task]++));
        }
    }

    private void Read(string section, string line, List<string> languages)
    {
        if (section == "languages")
        {
            languages.AddRange(line.Split(", "));
            return;
        }

        var blank = line.IndexOf(' ');
        var weight = float.Parse(line.AsSpan(0, blank), CultureInfo.InvariantCulture);
        var task = TaskPlaces.Of(section);
        foreach (var cue in line[(blank + 1)..].Split(','))
        {
            var text = cue.Trim();
            if (text.Contains(LanguageMark, StringComparison.Ordinal))
            {
                foreach (var language in languages)
                {
                    Add(text.Replace(LanguageMark, language, StringComparison.Ordinal), task, weight);
                }
            }
            else
            {
                Add(text, task, weight);
            }
        }
    }

    private void Add(string text, int task, float weight)
    {
        var isStem = text.EndsWith(StemMark);
        var node = 0;
        foreach (var c in text.AsSpan().TrimEnd(StemMark))
        {
            var key = Key(node, c);
            if (!_children.TryGetValue(key, out var child))
            {
                _children[key] = child = _cues.Count;
                _cues.Add(null);
            }

            node = child;
        }

        var known = _cues[node];
        _cues[node] = known is null ? new Cue(task, weight, isStem, null)
            : known.Task == task ? known with { Weight = Math.Max(weight, known.Weight), IsStem = known.IsStem || isStem }
            : new Cue(task, weight, isStem, known);
    }

    private static int Key(int node, char c) => (node << 7) | c;

    /// <param name="Task">Position in <see cref="TaskNames.All"/>.</param>
    /// <param name="Weight">How loudly it speaks.</param>
    /// <param name="IsStem">Whether a word may go on after it.</param>
    /// <param name="Next">Another task that the same words speak for.</param>
    private sealed record Cue(int Task, float Weight, bool IsStem, Cue? Next);
}
