using System.Text;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tokenization;
using Signalbox.Inference.Training.Adapters;
using Signalbox.Inference.Training.Corpora;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Vocabularies;

namespace Signalbox.Inference.Training.Runs;

/// <summary>What <see cref="ModelExport"/> wrote, read again to be trained further.</summary>
internal static class ModelImport
{
    /// <summary>The vocabulary of a model that was trained here, with tokens for topics that it does not have yet behind its own.</summary>
    /// <param name="path">A model.</param>
    /// <param name="shape">That it has to have, but for the size of the vocabulary.</param>
    /// <param name="topics">Of the corpus.</param>
    /// <param name="problem">Why a run cannot begin with it.</param>
    public static TrainedVocabulary? ReadVocabulary(string path, ModelShape shape, IEnumerable<string> topics, out string? problem)
    {
        if (!GgufFile.TryOpen(path, out var file, out var fault))
        {
            problem = fault.Message;
            return null;
        }

        using (file)
        {
            if (!FrozenModel.TryReadShape(file, out var there, out fault) || !VocabularyFile.TryRead(file.Metadata, out var words, out fault))
            {
                problem = fault.Message;
                return null;
            }

            var names = words.Tokens.Select(Encoding.UTF8.GetString).ToList();
            var start = names.IndexOf(PromptLayout.EndName);
            problem = there with { VocabularySize = shape.VocabularySize } != shape ? $"{path} is of another shape than the section shape says. The model's is: {Describe(there)}."
                : words.Merges is null || start < 0 || names.IndexOf(PromptLayout.UserName) != start + 1 || names.IndexOf(PromptLayout.AssistantName) != start + 2
                    ? $"{path} was not made by model train: its vocabulary has no {PromptLayout.EndName}. Name such a model, or leave \"from\" out."
                : null;
            var added = topics.Select(PromptLayout.TopicName).Except(names, StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes);
            return problem is null ? new TrainedVocabulary([.. words.Tokens, .. added], Merges(words, names), start) : null;
        }
    }

    /// <summary>The weights of a whole model, in F32 whatever the file has.</summary>
    /// <param name="file">A model; its vocabulary may be shorter than the shape's, as <see cref="ReadVocabulary"/> makes it longer.</param>
    /// <param name="shape">Of the model to be.</param>
    /// <param name="seed">Of the weights that the file does not have.</param>
    public static ParameterSet ReadWeights(GgufFile file, ModelShape shape, ulong seed)
    {
        var parameters = new ParameterSet(ModelParameters.Of(shape), seed);
        foreach (var parameter in parameters.All)
        {
            var tensor = file.Find(parameter.Name)!;
            var known = parameter.ValueSpan[..checked((int)(tensor.Rows * tensor.Columns))];
            var source = FrozenWeights.Of(file, tensor);
            for (var at = 0; at < known.Length; at += FrozenWeights.Piece)
            {
                source(at, known[at..Math.Min(known.Length, at + FrozenWeights.Piece)]);
            }
        }

        return parameters;
    }

    private static string Describe(ModelShape shape) =>
        $"embeddingLength {shape.EmbeddingLength}, layers {shape.Layers}, heads {shape.Heads}, keyValueHeads {shape.KeyValueHeads}, feedForwardLength {shape.FeedForwardLength}, contextLength {shape.ContextLength}";

    private static (int Left, int Right)[] Merges(VocabularyFile words, List<string> names)
    {
        var ids = names.Index().ToDictionary(static token => token.Item, static token => token.Index, StringComparer.Ordinal);
        return [.. words.Merges!.Select(merge => Encoding.UTF8.GetString(merge).Split(' ')).Select(pair => (ids[pair[0]], ids[pair[1]]))];
    }
}
