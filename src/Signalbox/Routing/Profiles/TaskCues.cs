using System.Globalization;

namespace Signalbox.Routing.Profiles;

/// <summary>The words that speak for tasks, from tasks.txt, as one tree of letters that a prompt is walked along. Read when first needed.</summary>
internal sealed class TaskCues
{
    private const char StemMark = '*';
    private const string LanguageMark = "{lang}";

    /// <summary>A cue in the middle of a long prompt is more likely part of the material than of the request.</summary>
    private const int PlainlyAsked = 150;

    private const float WithinMaterial = 0.45f;
    private const float LaterSentence = 0.6f;

    /// <summary>"Summarize ..." is a wish; "..., he summarized" is not.</summary>
    private const float BeginsSentence = 2;

    /// <summary>A cue counts once; beyond so many different ones nothing new is learnt.</summary>
    private const int MostCues = 48;

    private static readonly Lazy<TaskCues> Shared = new(static () => new TaskCues());

    private readonly List<Cue?> _cues = [null];

    /// <summary>The letters that go on from each node lie side by side: those of node n from <c>_first[n]</c> to <c>_first[n + 1]</c>.</summary>
    private readonly int[] _first;
    private readonly char[] _letters;
    private readonly int[] _nodes;

    private TaskCues()
    {
        using var stream = typeof(TaskCues).Assembly.GetManifestResourceStream("profiles/tasks.txt")!;
        using var reader = new StreamReader(stream);
        var languages = new List<string>();
        var children = new Dictionary<(int Node, char Letter), int>(16384);
        var section = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('['))
            {
                section = line.Trim('[', ']');
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                Read(section, line, languages, children);
            }
        }

        (_first, _letters, _nodes) = (new int[_cues.Count + 1], new char[children.Count], new int[children.Count]);
        var at = 0;
        foreach (var ((node, letter), child) in children.OrderBy(static edge => edge.Key.Node))
        {
            (_letters[at], _nodes[at++]) = (letter, child);
            _first[node + 1] = at;
        }

        for (var node = 1; node < _first.Length; node++)
        {
            _first[node] = Math.Max(_first[node], _first[node - 1]);
        }
    }

    public static TaskCues Instance => Shared.Value;

    /// <summary>Adds what the cues of a text say to the scores, in the order of <see cref="TaskNames.All"/>.</summary>
    public void Score(in CueText prompt, Span<float> scores)
    {
        Span<int> found = stackalloc int[TaskNames.All.Count];
        found.Clear();
        Span<int> seen = stackalloc int[MostCues];
        var count = 0;
        var text = prompt.Text;
        for (var at = 1; at < text.Length && count < MostCues; at++)
        {
            if (text[at - 1] is not (' ' or CueText.SentenceStart) || Find(text, at) is not (> 0 and var node) || seen[..count].Contains(node))
            {
                continue;
            }

            seen[count++] = node;
            var place = at < PlainlyAsked || text.Length - at < PlainlyAsked ? 1 : WithinMaterial;
            place *= text[at - 1] == CueText.SentenceStart ? BeginsSentence : text[at] == CueText.SentenceStart && at > 1 ? LaterSentence : 1;
            for (var cue = _cues[node]; cue is not null; cue = cue.Next)
            {
                // Each further cue for the same task says less than the one before it.
                scores[cue.Task] += cue.Weight * place / (1 + (0.5f * found[cue.Task]++));
            }
        }
    }

    /// <summary>The loudest cue that begins here; 0 where none does.</summary>
    private int Find(ReadOnlySpan<char> text, int at)
    {
        var (best, node) = (0, 0);
        for (var i = at; i < text.Length && (node = Next(node, text[i])) > 0; i++)
        {
            if (_cues[node] is { } cue && !(best > 0 && _cues[best]!.Weight >= cue.Weight) && (cue.IsStem || (i + 1 < text.Length && text[i + 1] == ' ')))
            {
                best = node;
            }
        }

        return best;
    }

    private void Read(string section, string line, List<string> languages, Dictionary<(int Node, char Letter), int> children)
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
                    Add(text.Replace(LanguageMark, language, StringComparison.Ordinal), task, weight, children);
                }
            }
            else
            {
                Add(text, task, weight, children);
            }
        }
    }

    private void Add(string text, int task, float weight, Dictionary<(int Node, char Letter), int> children)
    {
        var isStem = text.EndsWith(StemMark);
        var node = 0;
        foreach (var c in text.AsSpan().TrimEnd(StemMark))
        {
            if (!children.TryGetValue((node, c), out var child))
            {
                children[(node, c)] = child = _cues.Count;
                _cues.Add(null);
            }

            node = child;
        }

        var known = _cues[node];
        _cues[node] = known is null ? new Cue(task, weight, isStem, null)
            : known.Task == task ? known with { Weight = Math.Max(weight, known.Weight), IsStem = known.IsStem || isStem }
            : new Cue(task, weight, isStem, known);
    }

    /// <summary>The node that a letter leads to; 0 where there is none.</summary>
    private int Next(int node, char letter)
    {
        var letters = _letters.AsSpan(_first[node].._first[node + 1]);
        var at = letters.IndexOf(letter);
        return at < 0 ? 0 : _nodes[_first[node] + at];
    }

    /// <param name="Task">Position in <see cref="TaskNames.All"/>.</param>
    /// <param name="Weight">How loudly it speaks.</param>
    /// <param name="IsStem">Whether a word may go on after it.</param>
    /// <param name="Next">Another task that the same words speak for.</param>
    private sealed record Cue(int Task, float Weight, bool IsStem, Cue? Next);
}
