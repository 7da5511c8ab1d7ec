using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Pipeline.Judging;

namespace Signalbox.Tests.Pipeline;

public class RefusalCheckTests
{
    [Theory]
    [InlineData("")]
    [InlineData("  \n ")]
    [InlineData("I'm sorry, but I can't help with that.")]
    [InlineData("I’m sorry, but I can’t assist with that request.")]
    [InlineData("Sorry, I cannot provide instructions for this.")]
    [InlineData("I am unable to answer questions about this topic.")]
    [InlineData("I won't write that.")]
    [InlineData("As an AI language model, I cannot give medical advice.")]
    [InlineData("Unfortunately, I'm not able to complete this task.")]
    [InlineData("I must decline to continue this conversation.")]
    [InlineData("Thank you for asking. However, I cannot share such details.")]
    [InlineData("I don't know.")]
    [InlineData("Es tut mir leid, aber dabei kann ich dir nicht helfen.")]
    [InlineData("Leider kann ich diese Frage nicht beantworten.")]
    [InlineData("Ich kann Ihnen bei diesem Anliegen nicht weiterhelfen.")]
    [InlineData("Ich bin nicht in der Lage, das zu beurteilen.")]
    [InlineData("Das weiß ich leider nicht.")]
    [InlineData("Je suis désolé, mais je ne peux pas vous aider.")]
    [InlineData("Désolé, je ne peux pas répondre à cette question.")]
    [InlineData("Je ne suis pas en mesure de fournir cette information.")]
    [InlineData("Je dois refuser cette demande.")]
    [InlineData("Lo siento, pero no puedo ayudarte con eso.")]
    [InlineData("Lamentablemente, no puedo proporcionar esa información.")]
    [InlineData("No soy capaz de responder a esa pregunta.")]
    [InlineData("No lo sé.")]
    public void A_refusal_is_seen_in_the_languages_that_are_known(string text) => Assert.True(RefusalCheck.IsRefusal(text), text);

    [Theory]
    [InlineData("Paris.")]
    [InlineData("I can't recommend this book enough: it is the best of the year.")]
    [InlineData("I cannot overstate how well this works.")]
    [InlineData("You can't divide by zero, so the function has no value there.")]
    [InlineData("The server cannot provide the file because the disk is full.")]
    [InlineData("If the key is lost, I would create a new one; you can't give the old one back.")]
    [InlineData("Das kann man nicht sagen, ohne die Zahlen zu kennen: es sind 42.")]
    [InlineData("Der Drucker kann die Datei nicht lesen. Starten Sie ihn neu.")]
    [InlineData("Ich kann das gut verstehen. Hier ist ein Entwurf.")]
    [InlineData("Le train ne peut pas partir avant midi.")]
    [InlineData("Je peux vous aider : voici la réponse.")]
    [InlineData("No puedes dividir por cero.")]
    [InlineData("No, la capital es Canberra.")]
    [InlineData("I know that you can help by writing to them.")]
    public void What_only_sounds_like_one_is_none(string text) => Assert.False(RefusalCheck.IsRefusal(text), text);

    [Fact]
    public void A_long_answer_that_begins_with_a_reservation_is_an_answer() =>
        Assert.False(RefusalCheck.IsRefusal("I cannot provide legal advice. " + string.Concat(Enumerable.Repeat("What the law says in general is this and that. ", 40))));

    [Fact]
    public void A_tool_call_is_never_a_refusal()
    {
        var answer = new AnswerText();
        answer.Take(new ChatResponseUpdate(ChatRole.Assistant, [new ToolCallDelta(0) { CallId = "c", Name = "search", Arguments = "{}" }]));
        Assert.Equal(1, RefusalCheck.Judge(answer, ChatFinishReason.ToolCalls));
    }

    [Fact]
    public void The_protocols_own_words_for_a_refusal_count()
    {
        var refusing = new AnswerText();
        refusing.Take(new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent("No.") { ErrorCode = Vocabulary.Refusal }]));
        Assert.Equal(0, RefusalCheck.Judge(refusing, ChatFinishReason.Stop));

        var filtered = new AnswerText();
        filtered.Take(new ChatResponseUpdate(ChatRole.Assistant, "It begins"));
        Assert.Equal(0, RefusalCheck.Judge(filtered, ChatFinishReason.ContentFilter));
    }
}
