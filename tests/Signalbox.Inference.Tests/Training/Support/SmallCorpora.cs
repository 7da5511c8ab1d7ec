using Signalbox.Inference.Training.Corpora;
using Signalbox.Inference.Training.Vocabularies;

namespace Signalbox.Inference.Tests.Training.Support;

/// <summary>Corpora, vocabularies and files for tests of training.</summary>
internal sealed class SmallCorpora : IDisposable
{
    private static readonly string[] Words = ["card", "account", "money", "lost", "open", "close", "fee", "the", "my", "a", "where", "how", "is", "what", "limit", "cash"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signalbox-corpus-");

    public string Folder => _folder.FullName;

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Reads texts as files with these names.</summary>
    public (Corpus Corpus, IReadOnlyList<string> Problems) Read(params (string Name, string Text)[] files)
    {
        var corpus = CorpusReader.Read(files.Select(file => Write(file.Name, file.Text)), out var problems);
        return (corpus, [.. problems.Select(problem => problem.Replace(Folder + Path.DirectorySeparatorChar, ""))]);
    }

    /// <summary>Topics t0, t1, ... with questions of random words.</summary>
    public static Corpus Random(int topics, int questions, int seed)
    {
        var random = new Random(seed);
        string Text(int words) => string.Join(' ', Enumerable.Range(0, words).Select(_ => Words[random.Next(Words.Length)]));
        var examples = new List<TrainingExample>();
        for (var topic = 0; topic < topics; topic++)
        {
            var answer = new TrainingTurn(TrainingRole.Assistant, [$"Answer {topic}: {Text(random.Next(4, 16))}."]);
            for (var question = 0; question < questions; question++)
            {
                examples.Add(new TrainingExample([new TrainingTurn(TrainingRole.User, [$"{Text(random.Next(2, 12))}?"]), answer], $"t{topic}"));
            }
        }

        return new Corpus(examples, [.. Enumerable.Range(0, topics).Select(topic => new CorpusTopic($"t{topic}", null, ["x"], questions))]);
    }

    public static TrainedVocabulary Vocabulary(Corpus corpus, int size = 400)
    {
        var counts = new WordCounts();
        foreach (var turn in corpus.Examples.SelectMany(static example => example.Turns))
        {
            foreach (var text in turn.Texts)
            {
                counts.Add(turn.Role == TrainingRole.User ? PromptLayout.Question(text) : PromptLayout.Answer(text));
            }
        }

        return BpeTrainer.Train(counts, size, 2, PromptLayout.ControlTokens(corpus.Topics.Select(static topic => topic.Id)), CancellationToken.None);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
