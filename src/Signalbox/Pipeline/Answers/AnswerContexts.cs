using Signalbox.Dialects;

namespace Signalbox.Pipeline.Answers;

/// <summary>Makes what a dialect needs to know to write an answer.</summary>
internal static class AnswerContexts
{
    public static AnswerContext Create(RequestContext context) => new()
    {
        RequestId = context.Id,
        Model = context.Request.Model,
        CreatedAt = context.StartedAt,
        Request = context.Request,
    };
}
