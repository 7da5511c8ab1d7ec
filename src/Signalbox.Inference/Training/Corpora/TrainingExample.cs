namespace Signalbox.Inference.Training.Corpora;

/// <summary>Who says a turn.</summary>
internal enum TrainingRole
{
    User,
    Assistant,

    /// <summary>The system message before a conversation; only templates of other models show it.</summary>
    System,

    /// <summary>Nobody: a plain text, which is a sequence by itself.</summary>
    Text,
}

/// <summary>One turn of an example.</summary>
/// <param name="Role">Who says it.</param>
/// <param name="Texts">Ways to say it, at least one; each time the example is used, one of them is taken.</param>
internal sealed record TrainingTurn(TrainingRole Role, IReadOnlyList<string> Texts);

/// <summary>What a model learns from: the last turn is learned, the turns before it are what it follows.</summary>
/// <param name="Turns">In order; the last one is the assistant's, or the only one and a plain text.</param>
/// <param name="Topic">The topic of the answer, which its first token names; null where there is none.</param>
internal sealed record TrainingExample(IReadOnlyList<TrainingTurn> Turns, string? Topic);

/// <summary>A topic of a corpus.</summary>
/// <param name="Id">Lower-case letters, digits and hyphens.</param>
/// <param name="Title">For people; null where no file gives one.</param>
/// <param name="Answers">All ways to answer.</param>
/// <param name="Questions">How many have it as their answer, follow-ups included.</param>
internal sealed record CorpusTopic(string Id, string? Title, IReadOnlyList<string> Answers, int Questions);

/// <summary>What the files of a corpus hold.</summary>
/// <param name="Examples">In the order of files and of their content.</param>
/// <param name="Topics">In the order of their ids.</param>
internal sealed record Corpus(IReadOnlyList<TrainingExample> Examples, IReadOnlyList<CorpusTopic> Topics);
