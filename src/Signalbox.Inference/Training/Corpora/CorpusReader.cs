using System.Text;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Inference.Training.Corpora;

/// <summary>Reads the files of a corpus: <c>.json</c> are topics, <c>.jsonl</c> conversations, <c>.txt</c> plain texts, one a line.</summary>
internal static class CorpusReader
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The files that a pattern means, in the order of their names.</summary>
    /// <param name="folder">What relative patterns start from.</param>
    /// <param name="pattern">
    /// A file, a folder (all files of known kinds in it), or a file name with * and ?, below folders as they are written. What a training run wrote into a
    /// folder counts only where it is named itself.
    /// </param>
    /// <param name="problem">Why it means none.</param>
    public static IReadOnlyList<string> Find(string folder, string pattern, out string? problem)
    {
        var full = Path.GetFullPath(Path.Combine(folder, pattern));
        var files = File.Exists(full) ? [full]
            : Directory.Exists(full) ? Directory.GetFiles(full).Where(IsKnown)
            : Path.GetDirectoryName(full) is { } parent && Directory.Exists(parent) ? Directory.GetFiles(parent, Path.GetFileName(full))
            : Enumerable.Empty<string>();
        var found = files.Where(file => file == full || !RunFolder.IsRecord(file)).Order(StringComparer.Ordinal).ToList();
        var unknown = found.Find(static file => !IsKnown(file));
        problem = found.Count == 0 ? $"\"{pattern}\" means no file (looked for {full}); name a file, a folder or a pattern such as corpus/*.json."
            : unknown is not null ? $"{unknown}: a corpus is made of .json (topics), .jsonl (conversations) and .txt (a text a line); rename the file or narrow the pattern."
            : null;
        return problem is null ? found : [];
    }

    /// <summary>Reads all files; with problems, what was read is not complete.</summary>
    /// <param name="files">Paths.</param>
    /// <param name="problems">Everything that is wrong, each with its file and place.</param>
    /// <param name="keepSystem">Whether system messages of conversations become turns; the layout of a model that is trained here leaves them out.</param>
    public static Corpus Read(IEnumerable<string> files, out IReadOnlyList<string> problems, bool keepSystem = false)
    {
        var found = new List<string>();
        var examples = new List<TrainingExample>();
        var topics = new List<CorpusTopic>();
        var topicFiles = new TopicFiles(found);
        var count = 0;
        foreach (var file in files)
        {
            count++;
            if (ReadText(file, found) is { } text)
            {
                ReadOne(file, text, examples, topicFiles, found, keepSystem);
            }
        }

        topicFiles.Complete(examples, topics);
        if (found.Count == 0 && examples.Count == 0)
        {
            found.Add($"there is nothing to learn from in {count} {(count == 1 ? "file" : "files")}; add questions and answers.");
        }

        problems = found;
        return new Corpus(examples, topics);
    }

    private static bool IsKnown(string file) => Path.GetExtension(file) is ".json" or ".jsonl" or ".txt";

    private static void ReadOne(string file, string text, List<TrainingExample> examples, TopicFiles topics, List<string> problems, bool keepSystem)
    {
        switch (Path.GetExtension(file))
        {
            case ".json":
                topics.Read(file, Strict.GetBytes(text));
                break;
            case ".jsonl":
                ConversationFiles.Read(file, text, examples, problems, keepSystem);
                break;
            default:
                examples.AddRange(text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(static line => new TrainingExample([new TrainingTurn(TrainingRole.Text, [line])], null)));
                break;
        }
    }

    /// <summary>A file in UTF-8; null where it cannot be read.</summary>
    public static string? ReadText(string file, List<string> problems)
    {
        try
        {
            return Strict.GetString(File.ReadAllBytes(file)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            problems.Add($"{file}: this is not UTF-8; save it in that encoding.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{file}: cannot be read: {e.Message}");
        }

        return null;
    }
}
