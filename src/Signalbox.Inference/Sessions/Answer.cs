using Signalbox.Inference.Grammars;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Sessions;

/// <summary>The job of one answer: a prompt, then a token per pass until the model, a stop text or a limit ends it.</summary>
internal sealed class Answer : Job
{
    private readonly Tokenizer _tokenizer;
    private readonly Sampler _sampler;
    private readonly ITokenConstraint? _constraint;
    private readonly AnswerText? _stops;
    private readonly LogProbabilities? _logProbabilities;
    private readonly bool _wantsAlternatives;
    private readonly int _maxTokens;

    /// <param name="request">Checked already.</param>
    /// <param name="tokenizer">Knows which tokens end an answer.</param>
    /// <param name="vocabularySize">Logits of a step.</param>
    /// <param name="contextLength">Positions of a slot; more than the prompt has.</param>
    public Answer(GenerationRequest request, Tokenizer tokenizer, int vocabularySize, int contextLength)
        : base([.. request.Prompt], request.Adapters, request.Owner)
    {
        _tokenizer = tokenizer;
        _sampler = new Sampler(request.Sampling, vocabularySize);
        _maxTokens = MostTokens(request, contextLength);
        _constraint = request.Grammar?.Start(_maxTokens);
        _stops = request.StopTexts.Count > 0 ? new AnswerText(tokenizer, request.StopTexts) : null;
        if (request.TopLogProbabilities is { } alternatives)
        {
            _logProbabilities = new LogProbabilities(alternatives, vocabularySize);
            _wantsAlternatives = alternatives > 0;
        }

        for (var i = Math.Max(0, Prompt.Length - request.Sampling.PenaltyWindow); i < Prompt.Length; i++)
        {
            _sampler.Accept(Prompt[i]);
        }
    }

    public override bool WantsStates => false;

    public TokenStream Stream { get; } = new();

    /// <summary>Tokens made so far, the end token not counted.</summary>
    public int AnswerTokens { get; private set; }

    /// <summary>Right once the stream has ended.</summary>
    public GenerationUsage Usage => new(Prompt.Length, ReusedTokens, AnswerTokens);

    /// <summary>Tokens that a request asks for and the context holds.</summary>
    public static int MostTokens(GenerationRequest request, int contextLength) => Math.Min(request.MaxTokens ?? int.MaxValue, contextLength - request.Prompt.Count);

    public override void Cancel()
    {
        base.Cancel();
        Stream.Wake();
    }

    public override void Fail(EngineFault fault) =>
        Stream.Write(new TokenStep { Token = -1, LogProbability = float.NaN, End = EndReason.Fault, Fault = fault });

    /// <summary>Chooses the next token where the pass brought logits. Allocates nothing unless alternatives or stop texts were asked for.</summary>
    public override bool Advance(ModelRunner runner, EngineCounters counters)
    {
        if (LogitsIndex < 0)
        {
            return false;
        }

        Stage = JobStage.Generating;
        var logits = runner.Logits(LogitsIndex);
        _logProbabilities?.Read(logits);
        var token = _sampler.Sample(logits, _constraint);
        if (token == Sampler.NoNumbers)
        {
            HasBrokenNumbers = true;
            Fail(new EngineFault(EngineFaultKind.Failed, "The model's numbers are broken: no token of the next step has a probability; check that the file is whole, or use another one, of another quantization."));
            return true;
        }

        if (token < 0)
        {
            Fail(new EngineFault(EngineFaultKind.Unsupported, "No token of the model's vocabulary goes on with what the schema demands here; loosen the schema, or use another model."));
            return true;
        }

        if (_tokenizer.EndsGeneration(token))
        {
            Stream.Write(new TokenStep { Token = -1, LogProbability = float.NaN, End = EndReason.Stop });
            return true;
        }

        _sampler.Accept(token);
        _constraint?.Accept(token);
        AnswerTokens++;
        counters.GeneratedTokens++;
        var end = EndAfter(token);
        if (end is null)
        {
            Slot!.Append(token);
        }

        Stream.Write(new TokenStep
        {
            Token = token,
            LogProbability = _logProbabilities?.Of(token) ?? float.NaN,
            Alternatives = _wantsAlternatives ? _logProbabilities!.Best() : null,
            End = end,
        });
        return end is not null;
    }

    private EndReason? EndAfter(int token)
    {
        if (_stops is not null)
        {
            _stops.Append(token);
            if (_stops.Stop is not null)
            {
                return EndReason.Stop;
            }
        }

        if (_constraint is { MustEnd: true })
        {
            return EndReason.Stop;
        }

        return AnswerTokens >= _maxTokens ? EndReason.Length : null;
    }
}
