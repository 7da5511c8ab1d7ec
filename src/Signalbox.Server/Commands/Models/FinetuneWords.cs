using System.CommandLine;
using System.Globalization;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Training.Adapters;
using Signalbox.Inference.Training.Corpora;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Server.Commands.Models;

/// <summary>The options of <c>model finetune</c>, and what is wrong with them.</summary>
internal sealed class FinetuneWords
{
    private static readonly Dictionary<string, FrozenKind> Kinds = new(StringComparer.OrdinalIgnoreCase) { ["nf4"] = FrozenKind.Nf4, ["q4_0"] = FrozenKind.Q4_0 };
    private static readonly Dictionary<string, AdapterTargets> TargetNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["all"] = AdapterTargets.All, ["attention"] = AdapterTargets.Attention, ["ffn"] = AdapterTargets.FeedForward,
    };

    private static readonly Dictionary<string, TensorType> TypeNames = new(StringComparer.OrdinalIgnoreCase) { ["q8_0"] = TensorType.Q8_0, ["q4_0"] = TensorType.Q4_0 };

    private readonly Argument<string> _base = new("BASE") { Description = "The model to start from: GGUF, architecture llama, any type of weights." };
    private readonly Argument<string[]> _data = new("DATA") { Description = "Conversations (.jsonl, {\"messages\": [...]} a line), topics (.json) or texts (.txt): files, folders or patterns.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<int> _rank = Option("--rank", "R", 8, "Values between the two matrices of an adapter. Default 8.");
    private readonly Option<double> _alpha = Option("--alpha", "A", 16.0, "Adapters are multiplied with alpha / rank. Default 16.");
    private readonly Option<int> _bits = Option("--bits", "4|32", 4, "4: the base is frozen in 4 bits and adapters learn. 32: every weight learns, and a model is written. Default 4.");
    private readonly Option<string> _quant = Option("--quant", "nf4|q4_0", "nf4", "In what 4 bits the base is frozen. Default nf4, with double quantization.");
    private readonly Option<string> _targets = Option("--targets", "all|attention|ffn", "all", "Which matrices get an adapter. Default all.");
    private readonly Option<double> _epochs = Option("--epochs", "N", 3.0, "Times that the examples are gone through. Default 3.");
    private readonly Option<double> _rate = Option("--learning-rate", "X", 0.0005, "The highest. Default 0.0005; small models bear 0.003.");
    private readonly Option<int> _batch = Option("--batch-tokens", "N", 2048, "Tokens of a step. Default 2048.");
    private readonly Option<int?> _pass = new("--pass-tokens") { HelpName = "N", Description = "Tokens that go through the model together, and the most of an example: fewer need less memory. Default 512, at most --batch-tokens." };
    private readonly Option<double> _validation = Option("--validation", "SHARE", 0.05, "The share of examples that is not trained on. Default 0.05.");
    private readonly Option<double> _dropout = Option("--dropout", "SHARE", 0.0, "Default 0.");
    private readonly Option<double> _typos = Option("--typos", "SHARE", 0.0, "Questions that get typing errors, anew each epoch. Default 0.");
    private readonly Option<int> _seed = Option("--seed", "N", 1, "The same seed on one thread repeats a run bit for bit. Default 1.");
    private readonly Option<int> _threads = Option("--threads", "N", Environment.ProcessorCount, "Default: all processors.");
    private readonly Option<string?> _name = new("--name") { HelpName = "NAME", Description = "The name of the result. Default: the base's file name + -finetuned." };
    private readonly Option<string?> _type = new("--type") { HelpName = "q8_0|q4_0", Description = "The type of the merged model's weights. Default: as the base has them." };

    public FinetuneWords(Command command)
    {
        command.Arguments.Add(_base);
        command.Arguments.Add(_data);
        foreach (var option in (Option[])[_rank, _alpha, _bits, _quant, _targets, _epochs, _rate, _batch, _pass, _validation, _dropout, _typos, _seed, _threads, _name, Out, Merge, _type, Resume, StopAfter, Quiet, Json])
        {
            command.Options.Add(option);
        }
    }

    public Option<string?> Out { get; } = new("--out") { HelpName = "DIR", Description = "The run's folder: adapter.gguf, checkpoint.bin, log.jsonl, loss.svg. Default: runs/NAME." };

    public Option<string?> Merge { get; } = new("--merge") { HelpName = "OUT.gguf", Description = "Also write base and adapter as one model." };

    public Option<bool> Resume { get; } = new("--resume") { Description = "Go on from the checkpoint in the run's folder; on one thread the result is the same as without the break." };

    public Option<long?> StopAfter { get; } = new("--stop-after") { HelpName = "STEPS", Description = "Stop with a checkpoint after so many steps, to go on with --resume another time." };

    public Option<bool> Quiet { get; } = new("--quiet") { Description = "Print the result only." };

    public Option<bool> Json { get; } = new("--json") { Description = "Print the result as JSON: steps, loss, memory, files." };

    public TensorType? Type(ParseResult parsed) => parsed.GetValue(_type) is { } word && TypeNames.TryGetValue(word, out var type) ? type : null;

    /// <summary>What was asked for; problems where it cannot be done, all of them.</summary>
    public FinetuneOptions Read(ParseResult parsed, out List<string> problems)
    {
        var found = new List<string>();
        var file = parsed.GetValue(_base)!;
        var name = parsed.GetValue(_name) ?? Path.GetFileNameWithoutExtension(file) + "-finetuned";
        var (batch, bits) = (parsed.GetValue(_batch), parsed.GetValue(_bits));
        var options = new FinetuneOptions
        {
            Base = file,
            Data = Find(parsed.GetValue(_data)!, found),
            Folder = Path.GetFullPath(parsed.GetValue(Out) ?? Path.Combine("runs", name)),
            Name = name,
            Adapter = new AdapterShape(Within(_rank, 1, 1024), (float)Within(_alpha, 1e-3, 1e6), Word(_targets, TargetNames)),
            Kind = Word(_quant, Kinds),
            Full = bits == 32,
            Epochs = Within(_epochs, 1e-3, 10_000),
            LearningRate = Within(_rate, 1e-8, 1),
            BatchTokens = Within(_batch, 16, 1 << 20),
            PassTokens = parsed.GetValue(_pass) ?? (bits == 32 ? batch : Math.Min(512, batch)),
            ValidationShare = Within(_validation, 0, 0.9),
            Dropout = Within(_dropout, 0, 0.9),
            Typos = Within(_typos, 0, 1),
            Seed = Within(_seed, 0, int.MaxValue),
            Threads = Within(_threads, 1, 256),
        };
        Require(bits is 4 or 32, "--bits must be 4 or 32.");
        Require(parsed.GetValue(_pass) is not { } pass || (pass >= 16 && pass <= batch), $"--pass-tokens must be from 16 to --batch-tokens ({batch}).");
        Require(parsed.GetValue(StopAfter) is not < 1, "--stop-after must be 1 or more.");
        Require(parsed.GetValue(_type) is not { } type || TypeNames.ContainsKey(type), "--type must be q8_0 or q4_0.");
        Require(parsed.GetValue(_type) is null || parsed.GetValue(Merge) is not null, "--type is the type of the merged model; give --merge too.");
        Require(bits == 4 || parsed.GetValue(Merge) is null, "--merge is for adapters; --bits 32 writes a whole model already.");
        if (parsed.GetValue(Merge) is { } merge)
        {
            var refused = AdapterFile.RefuseMerge(file, FinetuneRun.Result(new RunFolder(options.Folder), options), merge);
            Require(refused is null, $"--merge: {refused?.Message}");
            Require(!options.Data.Any(data => GgufTarget.IsSame(data, merge)), $"--merge: {merge} holds examples: name another file to write to.");
        }

        Require(File.Exists(file), $"BASE: there is no file {file}; give a GGUF model.");
        problems = found;
        return options;

        void Require(bool holds, string problem)
        {
            if (!holds)
            {
                found.Add(problem);
            }
        }

        T Within<T>(Option<T> option, T least, T most)
            where T : IComparable<T>
        {
            var value = parsed.GetValue(option)!;
            Require(value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0, string.Create(CultureInfo.InvariantCulture, $"{option.Name} must be from {least} to {most}, not {value}."));
            return value;
        }

        T Word<T>(Option<string> option, Dictionary<string, T> words)
        {
            var given = parsed.GetValue(option)!;
            Require(words.ContainsKey(given), $"{option.Name} must be one of {string.Join(", ", words.Keys)}, not '{given}'.");
            return words.GetValueOrDefault(given)!;
        }
    }

    /// <summary>The files of a corpus.</summary>
    public static List<string> Find(IEnumerable<string> patterns, List<string> problems)
    {
        var files = new List<string>();
        foreach (var pattern in patterns)
        {
            files.AddRange(CorpusReader.Find(Directory.GetCurrentDirectory(), pattern, out var problem));
            if (problem is not null)
            {
                problems.Add($"DATA: {problem}");
            }
        }

        return [.. files.Distinct()];
    }

    private static Option<T> Option<T>(string name, string help, T standard, string description) =>
        new(name) { HelpName = help, Description = description, DefaultValueFactory = _ => standard };
}
