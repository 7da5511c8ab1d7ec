using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Training.Runs;

/// <summary>Reads the configuration of a training run, strictly: every problem at once, each with its path.</summary>
internal static class TrainingConfigReader
{
    private const int MostDimension = 65_536;
    private const int RowBlock = 32;

    private static readonly Dictionary<string, TensorType> Types = new(StringComparer.OrdinalIgnoreCase) { ["q8_0"] = TensorType.Q8_0, ["q4_0"] = TensorType.Q4_0 };

    /// <param name="path">The file; paths in it are relative to its folder.</param>
    /// <param name="config">What it says.</param>
    /// <param name="problems">Everything that is wrong.</param>
    public static bool TryRead(string path, [NotNullWhen(true)] out TrainingConfig? config, out IReadOnlyList<string> problems)
    {
        var found = new List<string>();
        problems = found;
        config = null;
        if (Directory.Exists(path))
        {
            found.Add($"{path} is a folder: name the configuration in it, a file such as {Path.Combine(path, "train.json")}; see docs/training.md.");
            return false;
        }

        try
        {
            if (ConfigFile.Read(path, found, out var place) is { } source)
            {
                var json = new CorpusJson(place, found);
                using var document = json.Parse(source)!;
                config = Read(json, document.RootElement, Path.GetDirectoryName(Path.GetFullPath(path))!, source);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            found.Add($"{path}: cannot be read: {e.Message}");
        }

        config = found.Count == 0 ? config : null;
        return config is not null;
    }

    private static TrainingConfig? Read(CorpusJson json, JsonElement element, string folder, byte[] source)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            json.Report("", "must be an object; see docs/training.md.");
            return null;
        }

        var root = new ConfigSection(json, element, "");
        var shapeSection = root.Section("shape");
        var shape = ReadShape(shapeSection);
        var config = new TrainingConfig
        {
            Name = root.String("name", required: true) ?? "",
            Data = ReadData(root, folder),
            ValidationShare = root.Number("validationShare", 0.02, 0, 0.5),
            Vocabulary = ReadVocabulary(root.Section("vocabulary")),
            From = root.String("from", required: false) is { } from ? Path.GetFullPath(from, folder) : null,
            Shape = shape,
            Learning = ReadLearning(root.Section("learning"), shapeSection.Means("contextLength") ? shape.ContextLength : null),
            Weights = ReadWeights(root.Section("weights")),
            Augmentation = ReadAugmentation(root.Section("augmentation"), folder),
            Output = ReadOutput(root.Section("output"), folder),
            Samples = [.. root.Strings("samples", required: false).Select(static sample => sample.Text)],
            Source = source,
        };
        root.Complete();
        return config;
    }

    private static List<string> ReadData(ConfigSection root, string folder)
    {
        var files = new List<string>();
        foreach (var (pattern, place) in root.Strings("data", required: true))
        {
            var found = CorpusReader.Find(folder, pattern, out var problem);
            if (problem is not null)
            {
                root.Wrong(place, problem);
            }

            files.AddRange(found.Where(file => !files.Contains(file)));
        }

        return files;
    }

    private static VocabularyConfig ReadVocabulary(ConfigSection section)
    {
        var config = new VocabularyConfig(section.Integer("size", 4000, 256, 200_000), section.Integer("minimumFrequency", 2, 1, 1_000_000), section.Integer("answerWeight", 4, 1, 1000));
        section.Complete();
        return config;
    }

    private static ModelShape ReadShape(ConfigSection section)
    {
        var heads = section.Integer("heads", 5, 1, 1024);
        var shape = new ModelShape
        {
            VocabularySize = 1,
            EmbeddingLength = section.Integer("embeddingLength", 320, RowBlock, MostDimension),
            Layers = section.Integer("layers", 4, 1, 1000),
            Heads = heads,
            KeyValueHeads = section.Integer("keyValueHeads", heads, 1, 1024),
            FeedForwardLength = section.Integer("feedForwardLength", 864, RowBlock, MostDimension),
            ContextLength = section.Integer("contextLength", 512, 16, 131_072),
        };
        Multiple(section, "embeddingLength", shape.EmbeddingLength);
        Multiple(section, "feedForwardLength", shape.FeedForwardLength);
        if (section.Means("embeddingLength", "heads") && shape.EmbeddingLength % (2 * shape.Heads) != 0)
        {
            section.WrongField("heads", $"{shape.Heads} heads must share embeddingLength ({shape.EmbeddingLength}) in equal, even parts.");
        }

        if (section.Means("heads", "keyValueHeads") && shape.Heads % shape.KeyValueHeads != 0)
        {
            section.WrongField("keyValueHeads", $"{shape.KeyValueHeads} must divide heads ({shape.Heads}).");
        }

        section.Complete();
        return shape;
    }

    private static void Multiple(ConfigSection section, string name, int value)
    {
        if (value % RowBlock != 0)
        {
            section.WrongField(name, $"{value} must be a multiple of {RowBlock}, so that the model can be quantized; {(value + RowBlock - 1) / RowBlock * RowBlock} is the next.");
        }
    }

    /// <param name="section">The object.</param>
    /// <param name="contextLength">Of the model; null where that is wrong.</param>
    private static LearningConfig ReadLearning(ConfigSection section, int? contextLength)
    {
        var config = new LearningConfig
        {
            Epochs = section.OptionalNumber("epochs", 0.001, 1_000_000),
            Minutes = section.OptionalNumber("minutes", 0.01, 100_000),
            BatchTokens = section.Integer("batchTokens", Math.Max(4096, contextLength ?? 0), 16, 1 << 20),
            Accumulation = section.Integer("accumulation", 1, 1, 10_000),
            LearningRate = section.Number("learningRate", 0.001, 0, 1),
            FinalLearningRate = section.Number("finalLearningRate", 0, 0, 1),
            WarmUpSteps = section.Integer("warmUpSteps", 100, 0, 1_000_000),
            WeightDecay = section.Number("weightDecay", 0.1, 0, 10),
            ClipNorm = section.Number("clipNorm", 1, 0, 1_000_000),
            Dropout = section.Number("dropout", 0, 0, 0.9),
            LabelSmoothing = section.Number("labelSmoothing", 0, 0, 0.9),
            Balance = section.Number("balance", 0, 0, 1),
            Seed = section.Integer("seed", 1, 0, int.MaxValue),
            Threads = section.Integer("threads", Math.Min(Environment.ProcessorCount, 256), 1, 256),
        };
        if (section.Means() && section.Has("epochs") == section.Has("minutes"))
        {
            section.WrongField("epochs", section.Has("epochs") ? "and minutes exclude each other; keep one of them." : "or minutes must say how long to train; give one of them.");
        }

        if (section.Means("batchTokens") && config.BatchTokens < contextLength)
        {
            section.WrongField("batchTokens", $"{config.BatchTokens} is less than shape.contextLength ({contextLength}): the longest sequence would not fit a batch.");
        }

        if (section.Means("finalLearningRate", "learningRate") && config.FinalLearningRate > config.LearningRate)
        {
            section.WrongField("finalLearningRate", "is more than learningRate; the rate falls from that to this.");
        }

        section.Complete();
        return config;
    }

    private static LabelWeights ReadWeights(ConfigSection section)
    {
        var topics = section.Section("topics");
        var weights = new LabelWeights((float)section.Number("question", 0, 0, 1000), (float)section.Number("topic", 1, 0, 1000), (float)section.Number("answer", 1, 0, 1000))
        {
            Topics = topics.Names().ToDictionary(static start => start, start => (float)topics.Number(start, 1, 0, 1000)),
        };
        topics.Complete();
        if (section.Means("question", "topic", "answer") && weights is { Topic: 0, Answer: 0, Question: 0 })
        {
            section.WrongField("answer", "and topic and question are all 0: nothing would be learned.");
        }

        section.Complete();
        return weights;
    }

    private static Augmentation ReadAugmentation(ConfigSection section, string folder)
    {
        double Share(string name, double standard = 0) => section.Number(name, standard, 0, 1);
        var augmentation = new Augmentation
        {
            Mistyped = Share("mistyped"),
            TyposPerWord = Share("typosPerWord", Augmentation.None.TyposPerWord),
            DroppedWords = Share("droppedWords"),
            NoPunctuation = Share("noPunctuation"),
            Greetings = Share("greetings"),
            GreetingTexts = [.. section.Strings("greetingTexts", required: false).Select(static greeting => greeting.Text)],
            Closings = Share("closings"),
            ClosingTexts = [.. section.Strings("closingTexts", required: false).Select(static closing => closing.Text)],
            Synonyms = Share("synonyms"),
            SynonymGroups = ReadSynonyms(section, folder),
            EarlierExchanges = Share("earlierExchanges"),
            BpeDropout = Share("bpeDropout"),
            CutAnswers = Share("cutAnswers"),
            CutAnswersAfter = section.Integer("cutAnswersAfter", Augmentation.None.CutAnswersAfter, 0, 100_000),
        };
        Needs("greetings", augmentation.Greetings, "greetingTexts", augmentation.GreetingTexts.Count);
        Needs("closings", augmentation.Closings, "closingTexts", augmentation.ClosingTexts.Count);
        Needs("synonyms", augmentation.Synonyms, "synonymFile", augmentation.SynonymGroups.Count);
        section.Complete();
        return augmentation;

        void Needs(string name, double share, string texts, int count)
        {
            if (section.Means(texts) && share > 0 && count == 0)
            {
                section.WrongField(name, $"needs {texts} to choose from; add it or set {name} to 0.");
            }
        }
    }

    /// <summary>A line a group: words or phrases that can stand for each other, separated by commas; # begins a comment.</summary>
    private static List<IReadOnlyList<string>> ReadSynonyms(ConfigSection section, string folder)
    {
        var groups = new List<IReadOnlyList<string>>();
        if (section.String("synonymFile", required: false) is not { } name)
        {
            return groups;
        }

        try
        {
            foreach (var (line, i) in File.ReadAllLines(Path.Combine(folder, name)).Select(static (line, i) => (line.Split('#')[0].Trim().ToLowerInvariant(), i)))
            {
                var words = line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToList();
                if (words.Count > 1)
                {
                    groups.Add(words);
                }
                else if (words.Count == 1)
                {
                    section.WrongField("synonymFile", $"{name}:{i + 1}: \"{line}\" has nothing to stand for; write at least two words or phrases, separated by commas.");
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            section.WrongField("synonymFile", $"{name} cannot be read: {e.Message}");
        }

        return groups;
    }

    private static OutputConfig ReadOutput(ConfigSection section, string folder)
    {
        var types = new List<TensorType>();
        foreach (var (word, place) in section.Strings("types", required: false))
        {
            if (Types.TryGetValue(word, out var type))
            {
                types.Add(type);
            }
            else
            {
                section.Wrong(place, $"\"{word}\" must be q8_0 or q4_0.");
            }
        }

        var config = new OutputConfig
        {
            Folder = Path.GetFullPath(Path.Combine(folder, section.String("folder", required: true) ?? ".")),
            Types = section.Has("types") ? [.. types.Distinct()] : [TensorType.Q8_0],
            CheckpointMinutes = section.Number("checkpointMinutes", 10, 0, 100_000),
            ValidateEvery = section.Integer("validateEvery", 200, 0, int.MaxValue),
        };
        section.Complete();
        return config;
    }
}
