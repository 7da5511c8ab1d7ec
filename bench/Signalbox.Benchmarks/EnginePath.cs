using System.Text;
using System.Text.Json;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Benchmarks;

/// <summary>What the engine allocates per token once it runs, over a small model with random weights; all threads are counted.</summary>
internal static class EnginePath
{
    private const int WarmUp = 400;
    private const int Tokens = 2_000;
    private const int Answers = 4;
    private const int ContextLength = 4096;
    private const string Texts = """{"type":"array","items":{"type":"string"}}""";

    public static IEnumerable<(string Name, long Bytes)> Measure()
    {
        using var file = RandomModels.Create(new RandomModel { VocabularySize = 2_000, ContextLength = ContextLength, Type = TensorType.Q4_0 });
        yield return ($"token of an answer ({Answers} at once)", Generate(file.Path));
        yield return ("token masked, allowed and accepted by a grammar", Mask(file.Path));
    }

    /// <summary>The scheduler's steps, taken by this thread instead of one of its own.</summary>
    private static long Generate(string path)
    {
        var options = new EngineOptions { Threads = 2, ContextLength = ContextLength, MinimumSlots = Answers };
        if (!EngineParts.TryLoad(path, options, out var parts, out var fault))
        {
            throw new InvalidOperationException(fault.Message);
        }

        using (parts)
        {
            using var scheduler = new Scheduler(parts.Runner, new SchedulerOptions { ContextLength = ContextLength, MinimumSlots = Answers }, TimeProvider.System);
            var answers = Enumerable.Range(0, Answers).Select(i => Start(parts, seed: i)).ToArray();
            foreach (var answer in answers)
            {
                if (scheduler.Submit(answer) is { } refusal)
                {
                    throw new InvalidOperationException(refusal.Message);
                }
            }

            Step(scheduler, answers, WarmUp);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Step(scheduler, answers, Tokens);
            var bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
            if (answers.Any(answer => answer.AnswerTokens < WarmUp + Tokens - 2))
            {
                throw new InvalidOperationException("An answer ended before it was measured.");
            }

            return bytes / (Tokens * Answers);
        }
    }

    private static void Step(Scheduler scheduler, Answer[] answers, int count)
    {
        for (var i = 0; i < count; i++)
        {
            scheduler.Step();
            foreach (var answer in answers)
            {
                while (answer.Stream.TryRead(out _))
                {
                }
            }
        }
    }

    private static Answer Start(EngineParts parts, int seed)
    {
        var request = new GenerationRequest { Prompt = [300 + seed, 301, 302, 303], Sampling = new() { Seed = (ulong)seed } };
        return new Answer(request, new EndlessTokenizer(parts.Tokenizer), parts.Runner.VocabularySize, ContextLength);
    }

    /// <summary>Along <c>["a","a","a",</c> and so on, whose positions have all been seen after the first items.</summary>
    private static long Mask(string path)
    {
        if (!EngineParts.TryLoad(path, new EngineOptions { Threads = 1 }, out var parts, out var fault))
        {
            throw new InvalidOperationException(fault.Message);
        }

        using (parts)
        {
            var constraint = Compile(Texts, parts.Tokenizer).Start(1_000_000);
            var (open, quote, letter, comma) = (Byte(parts, '['), Byte(parts, '"'), Byte(parts, 'a'), Byte(parts, ','));
            var mask = new ulong[(parts.Tokenizer.VocabularySize + 63) / 64];
            constraint.Accept(open);
            Follow(WarmUp);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Follow(Tokens);
            return (GC.GetAllocatedBytesForCurrentThread() - before) / (4 * Tokens);

            void Follow(int items)
            {
                for (var i = 0; i < items; i++)
                {
                    Take(quote);
                    Take(letter);
                    Take(quote);
                    Take(comma);
                }
            }

            void Take(int token)
            {
                constraint.FillMask(mask);
                if (!constraint.Allows(token) || (mask[token / 64] >> (token % 64) & 1) == 0)
                {
                    throw new InvalidOperationException("The grammar refuses the text that it is measured with.");
                }

                constraint.Accept(token);
            }
        }
    }

    private static int Byte(EngineParts parts, char character) =>
        parts.Tokenizer.Find($"<0x{(int)character:X2}>") ?? throw new InvalidOperationException("The vocabulary has no token for each byte.");

    private static JsonSchemaGrammar Compile(string schema, Tokenizer tokenizer)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(schema));
        return JsonSchemaGrammar.TryCompile(document.RootElement, tokenizer, out var grammar, out var fault) ? grammar : throw new InvalidOperationException(fault.Message);
    }

    /// <summary>A random model ends its answers at random; with this one they go on.</summary>
    private sealed class EndlessTokenizer(Tokenizer vocabulary) : Tokenizer
    {
        public override int VocabularySize => vocabulary.VocabularySize;

        public override int? BeginOfText => vocabulary.BeginOfText;

        public override bool AddsBeginOfText => vocabulary.AddsBeginOfText;

        public override int? EndOfText => null;

        public override bool EndsGeneration(int token) => false;

        public override bool IsControl(int token) => vocabulary.IsControl(token);

        public override void Encode(ReadOnlySpan<char> text, List<int> tokens, bool parseSpecial, bool addSpecial) => vocabulary.Encode(text, tokens, parseSpecial, addSpecial);

        public override ReadOnlySpan<byte> BytesOf(int token) => vocabulary.BytesOf(token);

        public override string? NameOf(int token) => vocabulary.NameOf(token);

        public override int? Find(string name) => vocabulary.Find(name);
    }
}
